import com.sun.jdi.AbsentInformationException;
import com.sun.jdi.BooleanValue;
import com.sun.jdi.Bootstrap;
import com.sun.jdi.IncompatibleThreadStateException;
import com.sun.jdi.Location;
import com.sun.jdi.Method;
import com.sun.jdi.ReferenceType;
import com.sun.jdi.VMDisconnectedException;
import com.sun.jdi.Value;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.Connector;
import com.sun.jdi.connect.LaunchingConnector;
import com.sun.jdi.event.BreakpointEvent;
import com.sun.jdi.event.ClassPrepareEvent;
import com.sun.jdi.event.Event;
import com.sun.jdi.event.EventSet;
import com.sun.jdi.event.VMDeathEvent;
import com.sun.jdi.event.VMDisconnectEvent;
import com.sun.jdi.request.BreakpointRequest;
import com.sun.jdi.request.ClassPrepareRequest;
import com.sun.jdi.request.EventRequest;
import java.io.File;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Runs the tests of EachTest in a JVM of their own, notes which lines each runs, by breakpoints that
 * hold once a test, and prints how suspicious each line is.
 *
 * <p>Arguments: folders of classes to watch, joined as in a class path; the class path of the tests;
 * the seconds that each may take; their classes.
 */
public final class Spectrum {
    private static final String MARK = "fairlead-spectrum: ";
    private static final int MOST = 300;
    private static final long PATIENCE = 2000;
    private static final String LINE = "line";
    private static final String KIND = "kind";

    private final VirtualMachine vm;
    private final Set<String> watched;
    private final Map<String, int[]> counts = new HashMap<>();
    private final Set<String> ran = new HashSet<>();
    private final List<BreakpointRequest> spent = new ArrayList<>();
    private int passed;
    private int failed;

    private Spectrum(VirtualMachine vm, Set<String> watched) {
        this.vm = vm;
        this.watched = watched;
    }

    public static void main(String[] arguments) throws Exception {
        Set<String> watched = new HashSet<>();
        for (String folder : arguments[0].split(File.pathSeparator)) {
            collect(new File(folder), "", watched);
        }
        LaunchingConnector connector = Bootstrap.virtualMachineManager().defaultConnector();
        Map<String, Connector.Argument> settings = connector.defaultArguments();
        String tests = String.join(" ", Arrays.asList(arguments).subList(2, arguments.length));
        settings.get("main").setValue("EachTest " + tests);
        settings.get("options").setValue("-Xmx1500m -cp \"" + arguments[1] + "\"");
        Spectrum spectrum = new Spectrum(connector.launch(settings), watched);
        Thread output = pass(spectrum.vm.process().getInputStream());
        Thread errors = pass(spectrum.vm.process().getErrorStream());
        spectrum.follow();
        output.join(PATIENCE);
        errors.join(PATIENCE);
        spectrum.report();
    }

    private static void collect(File folder, String name, Set<String> found) {
        File[] files = folder.listFiles();
        for (File file : files == null ? new File[0] : files) {
            if (file.isDirectory()) {
                collect(file, name + file.getName() + ".", found);
            } else if (file.getName().endsWith(".class")) {
                found.add(name + file.getName().replaceAll("\\.class$", ""));
            }
        }
    }

    /** Shows what the tests print; a pipe that nobody reads would stop them. */
    private static Thread pass(InputStream stream) {
        Thread reader = new Thread(() -> {
            try {
                stream.transferTo(System.out);
            } catch (java.io.IOException closed) {
                return;
            }
        });
        reader.setDaemon(true);
        reader.start();
        return reader;
    }

    private void follow() throws InterruptedException {
        ClassPrepareRequest prepared = vm.eventRequestManager().createClassPrepareRequest();
        for (String library : List.of("java.*", "javax.*", "jdk.*", "sun.*", "com.sun.*")) {
            prepared.addClassExclusionFilter(library);
        }
        prepared.setSuspendPolicy(EventRequest.SUSPEND_EVENT_THREAD);
        prepared.enable();
        try {
            boolean alive = true;
            while (alive) {
                EventSet events = vm.eventQueue().remove();
                for (Event event : events) {
                    alive &= !(event instanceof VMDeathEvent || event instanceof VMDisconnectEvent);
                    note(event);
                }
                events.resume();
            }
        } catch (VMDisconnectedException ended) {
            return;
        }
    }

    private void note(Event event) {
        if (event instanceof ClassPrepareEvent) {
            watch(((ClassPrepareEvent) event).referenceType());
        } else if (event instanceof BreakpointEvent) {
            BreakpointEvent hit = (BreakpointEvent) event;
            BreakpointRequest request = (BreakpointRequest) hit.request();
            String kind = (String) request.getProperty(KIND);
            if (kind.equals(LINE)) {
                ran.add(key(request.location()));
                spent.add(request);
            } else {
                turn(kind, hit);
            }
        }
    }

    private void watch(ReferenceType type) {
        if (type.name().equals("EachTest")) {
            for (String name : List.of("begin", "end")) {
                Method method = type.methodsByName(name).get(0);
                stop(method.location(), name, EventRequest.SUSPEND_ALL).enable();
            }
        } else if (watched.contains(type.name())) {
            Set<Integer> lines = new HashSet<>();
            for (Location location : locations(type)) {
                if (lines.add(location.lineNumber())) {
                    BreakpointRequest request = stop(location, LINE, EventRequest.SUSPEND_NONE);
                    request.addCountFilter(1);
                    request.enable();
                }
            }
        }
    }

    private static List<Location> locations(ReferenceType type) {
        try {
            return type.allLineLocations();
        } catch (AbsentInformationException compiledWithout) {
            return List.of();
        }
    }

    private BreakpointRequest stop(Location location, String kind, int policy) {
        BreakpointRequest request = vm.eventRequestManager().createBreakpointRequest(location);
        request.setSuspendPolicy(policy);
        request.putProperty(KIND, kind);
        return request;
    }

    /** A test begins or ends: from now on, lines are noted anew. */
    private void turn(String kind, BreakpointEvent hit) {
        if (kind.equals("end")) {
            boolean good = hasPassed(hit);
            passed += good ? 1 : 0;
            failed += good ? 0 : 1;
            for (String line : ran) {
                counts.computeIfAbsent(line, absent -> new int[2])[good ? 1 : 0]++;
            }
        }
        ran.clear();
        for (BreakpointRequest request : spent) {
            request.disable();
            request.enable();
        }
        spent.clear();
    }

    private static boolean hasPassed(BreakpointEvent hit) {
        try {
            List<Value> values = hit.thread().frame(0).getArgumentValues();
            return ((BooleanValue) values.get(1)).value();
        } catch (IncompatibleThreadStateException running) {
            throw new IllegalStateException(running);
        }
    }

    private static String key(Location location) {
        try {
            return location.sourcePath() + ":" + location.lineNumber();
        } catch (AbsentInformationException compiledWithout) {
            return location.declaringType().name() + ":" + location.lineNumber();
        }
    }

    private void report() {
        Map<String, Double> scores = new HashMap<>();
        counts.forEach((line, count) -> {
            if (count[0] > 0) {
                scores.put(line, count[0] / Math.sqrt((double) failed * (count[0] + count[1])));
            }
        });
        List<String> lines = new ArrayList<>();
        scores.entrySet().stream()
                .sorted(Map.Entry.<String, Double>comparingByValue().reversed()
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(MOST)
                .forEach(entry -> {
                    int colon = entry.getKey().lastIndexOf(':');
                    String path = entry.getKey().substring(0, colon).replace("\\", "/");
                    String number = entry.getKey().substring(colon + 1);
                    lines.add("[\"" + path + "\", " + number + ", " + entry.getValue() + "]");
                });
        System.out.println();
        System.out.println(MARK + "{\"failed\": " + failed + ", \"passed\": " + passed
                + ", \"lines\": [" + String.join(", ", lines) + "]}");
    }
}
