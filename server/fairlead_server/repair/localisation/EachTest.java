import org.junit.runner.Description;
import org.junit.runner.JUnitCore;
import org.junit.runner.notification.Failure;
import org.junit.runner.notification.RunListener;

/** Runs JUnit test classes, and says when each test begins and ends; see Spectrum. */
public final class EachTest extends RunListener {
    private final long limit;
    private volatile long started;
    private volatile String running;
    private volatile boolean failed;

    private EachTest(long seconds) {
        limit = seconds * 1000000000L;
    }

    /** Where a debugger stops to learn that a test begins. */
    static void begin(String name) {}

    /** Where a debugger stops to learn how a test has ended. */
    static void end(String name, boolean passed) {}

    public static void main(String[] arguments) {
        EachTest listener = new EachTest(Long.parseLong(arguments[0]));
        Thread watch = new Thread(listener::watch, "watch");
        watch.setDaemon(true);
        watch.start();
        JUnitCore core = new JUnitCore();
        core.addListener(listener);
        for (int i = 1; i < arguments.length; i++) {
            try {
                core.run(Class.forName(arguments[i]));
            } catch (ClassNotFoundException | LinkageError missing) {
                System.out.println(missing);
            }
        }
        Runtime.getRuntime().halt(0);
    }

    @Override
    public void testStarted(Description description) {
        failed = false;
        started = System.nanoTime();
        begin(description.getDisplayName());
        running = description.getDisplayName();
    }

    @Override
    public void testFailure(Failure failure) {
        failed = true;
        System.out.println("FAILED " + failure.getTestHeader());
        System.out.println(failure.getTrace());
    }

    @Override
    public void testAssumptionFailure(Failure failure) {
        running = null;
    }

    @Override
    public void testFinished(Description description) {
        String name = running;
        running = null;
        if (name != null) {
            end(name, !failed);
        }
    }

    /** Tests after one that goes on for ever are not run. */
    private void watch() {
        try {
            String name = running;
            while (name == null || System.nanoTime() - started < limit) {
                Thread.sleep(20);
                name = running;
            }
            end(name, false);
            Runtime.getRuntime().halt(1);
        } catch (InterruptedException stopped) {
            return;
        }
    }
}
