import org.junit.runner.Description;
import org.junit.runner.JUnitCore;
import org.junit.runner.Request;
import org.junit.runner.Result;
import org.junit.runner.notification.Failure;
import org.junit.runner.notification.RunListener;

/**
 * Runs JUnit tests, named {@code Class} or {@code Class::method}, and ends with the first that
 * fails, or that runs for longer than the seconds that the first argument says.
 */
public final class FirstFailure extends RunListener {
    private static final int FAILED = 1;
    private static final int NONE_RUN = 2;

    private final long limit;
    private final Thread main = Thread.currentThread();
    private volatile long started = System.nanoTime();
    private volatile String running;

    private FirstFailure(long seconds) {
        limit = seconds * 1000000000L;
    }

    public static void main(String[] arguments) throws Exception {
        FirstFailure listener = new FirstFailure(Long.parseLong(arguments[0]));
        Thread watch = new Thread(listener::watch, "watch");
        watch.setDaemon(true);
        watch.start();
        JUnitCore core = new JUnitCore();
        core.addListener(listener);
        int count = 0;
        for (int i = 1; i < arguments.length; i++) {
            Result result = core.run(request(arguments[i]));
            count += result.getRunCount();
        }
        System.out.println(count + " tests passed");
        end(count == 0 ? NONE_RUN : 0);
    }

    private static Request request(String name) throws ClassNotFoundException {
        String[] parts = name.split("::", 2);
        Class<?> tests = Class.forName(parts[0]);
        return parts.length == 1 ? Request.aClass(tests) : Request.method(tests, parts[1]);
    }

    @Override
    public void testStarted(Description description) {
        started = System.nanoTime();
        running = description.getDisplayName();
    }

    @Override
    public void testFinished(Description description) {
        running = null;
    }

    @Override
    public void testFailure(Failure failure) {
        System.out.println("FAILED " + failure.getTestHeader());
        System.out.println(failure.getTrace());
        end(FAILED);
    }

    private void watch() {
        while (running == null || System.nanoTime() - started < limit) {
            try {
                Thread.sleep(20);
            } catch (InterruptedException stopped) {
                return;
            }
        }
        System.out.println("FAILED " + running + ": it takes longer than it may");
        for (StackTraceElement frame : main.getStackTrace()) {
            System.out.println("\tat " + frame);
        }
        end(FAILED);
    }

    /** Threads of tests that go on for ever end as well. */
    private static void end(int code) {
        System.out.flush();
        System.err.flush();
        Runtime.getRuntime().halt(code);
    }
}
