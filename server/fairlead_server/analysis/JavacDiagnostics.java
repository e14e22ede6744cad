import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.Writer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

import com.sun.source.util.JavacTask;

/**
 * Tells what javac finds wrong with texts. Each line of the input is a JSON object of texts: the
 * folders of sources, the URI of a document, its text. The answer to each is a line as well.
 */
public final class JavacDiagnostics {
    private static final Pattern TEXT = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*+)\"");
    private static final Pattern ESCAPE = Pattern.compile("\\\\(?:u([0-9a-fA-F]{4})|(.))");

    public static void main(String[] arguments) throws IOException {
        PrintStream out = new PrintStream(System.out, false, "UTF-8");
        System.setOut(System.err);
        BufferedReader in =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            List<String> texts = texts(line);
            out.println(answer(texts.get(1), texts.get(3), texts.get(5)));
            out.flush();
        }
    }

    private static String answer(String folders, String uri, String text) {
        try {
            return "{\"found\": [" + judged(folders, URI.create(uri), text) + "]}";
        } catch (RuntimeException | IOException | LinkageError | StackOverflowError error) {
            return "{\"failed\": " + quoted(error.toString()) + "}";
        }
    }

    private static String judged(String folders, URI uri, String text) throws IOException {
        JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
        // It goes on behind an error, in other classes too, and writes nothing.
        List<String> options = List.of(
                "-proc:none", "-implicit:none", "-nowarn", "-Xlint:none", "-Xmaxerrs", "10000",
                "-XDshould-stop.ifError=FLOW", "-sourcepath", folders, "-classpath", folders);
        JavacTask task = (JavacTask) javac.getTask(
                Writer.nullWriter(), null, found, options, null, List.of(new Document(uri, text)));
        task.analyze();
        return found.getDiagnostics().stream()
                .filter(diagnostic -> isOf(diagnostic, uri))
                .map(diagnostic -> described(diagnostic, text))
                .collect(Collectors.joining(", "));
    }

    private static boolean isOf(Diagnostic<? extends JavaFileObject> diagnostic, URI uri) {
        return diagnostic.getKind() == Diagnostic.Kind.ERROR
                && diagnostic.getSource() != null
                && diagnostic.getSource().toUri().equals(uri);
    }

    private static String described(Diagnostic<?> diagnostic, String text) {
        return "{\"start\": " + start(diagnostic, text)
                + ", \"end\": " + diagnostic.getEndPosition()
                + ", \"code\": " + quoted(diagnostic.getCode())
                + ", \"message\": " + quoted(diagnostic.getMessage(Locale.ENGLISH)) + "}";
    }

    /** Where an expression ends in a name that is not there, the name is what is wrong. */
    private static long start(Diagnostic<?> diagnostic, String text) {
        long place = diagnostic.getPosition();
        if (place < 0 || place >= text.length() || text.charAt((int) place) != '.') {
            return diagnostic.getStartPosition();
        }
        do {
            place++;
        } while (place < text.length() && Character.isWhitespace(text.charAt((int) place)));
        return place;
    }

    private static List<String> texts(String line) {
        List<String> texts = new ArrayList<>();
        for (Matcher text = TEXT.matcher(line); text.find(); ) {
            texts.add(ESCAPE.matcher(text.group(1)).replaceAll(JavacDiagnostics::meant));
        }
        return texts;
    }

    private static String meant(java.util.regex.MatchResult escape) {
        if (escape.group(1) != null) {
            char character = (char) Integer.parseInt(escape.group(1), 16);
            return Matcher.quoteReplacement(String.valueOf(character));
        }
        int known = "nrtbf".indexOf(escape.group(2));
        String character = known < 0 ? escape.group(2) : "\n\r\t\b\f".substring(known, known + 1);
        return Matcher.quoteReplacement(character);
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char character : text.toCharArray()) {
            boolean plain = character >= ' ' && character < 127;
            if (plain && character != '"' && character != '\\') {
                quoted.append(character);
            } else {
                quoted.append(String.format("\\u%04x", (int) character));
            }
        }
        return quoted.append('"').toString();
    }

    private static final class Document extends SimpleJavaFileObject {
        private final String text;

        Document(URI uri, String text) {
            super(uri, Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}
