import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.ZipFile;
import org.codehaus.mojo.animal_sniffer.SignatureChecker;
import org.codehaus.mojo.animal_sniffer.logging.PrintWriterLogger;

/**
 * Fails where the app uses what the public API of the oldest Android does not have: newer API, and hidden API.
 *
 * <p>{@code java -cp JARS CheckApi.java SIGNATURE JAR ALLOWED}. A use that stands behind a test of the version is in the
 * file of allowed ones, a line each: the reference as it is printed here, and behind a # the test. An entry that nothing
 * needs is a fault too.
 */
public final class CheckApi {
    private static final String MARK = "Undefined reference: ";

    public static void main(String[] arguments) throws Exception {
        String signature = arguments[0];
        File jar = new File(arguments[1]);
        Path allowedFile = Path.of(arguments[2]);

        var found = new TreeMap<String, String>();
        for (String line : check(signature, jar).split("\n")) {
            int at = line.indexOf(MARK);
            if (at >= 0) {
                found.putIfAbsent(line.substring(at + MARK.length()).trim(), line.substring(0, at).trim());
            }
        }
        var faults = new TreeSet<String>();
        var allowed = new TreeSet<String>();
        for (String line : Files.readAllLines(allowedFile)) {
            String entry = line.replaceFirst("#.*", "").trim();
            if (entry.isEmpty()) {
                continue;
            }
            if (line.indexOf('#') < 0 || line.substring(line.indexOf('#') + 1).isBlank()) {
                faults.add("no reason stands beside: " + entry);
            }
            allowed.add(entry);
        }
        for (var use : found.entrySet()) {
            if (!allowed.contains(use.getKey())) {
                faults.add(use.getKey() + "  in " + use.getValue());
            }
        }
        for (String entry : allowed) {
            if (!found.containsKey(entry)) {
                faults.add("allowed, and nothing uses it: " + entry);
            }
        }
        for (String fault : faults) {
            System.err.println(fault);
        }
        System.out.println(found.size() + " uses of newer API, " + faults.size() + " faults");
        System.exit(faults.isEmpty() ? 0 : 1);
    }

    /** What animal-sniffer says. */
    private static String check(String signature, File jar) throws Exception {
        Set<String> own = new TreeSet<>();
        try (var zip = new ZipFile(jar)) {
            zip.stream()
                    .filter(entry -> entry.getName().endsWith(".class"))
                    .forEach(entry -> own.add(entry.getName().replace(".class", "").replace('/', '.')));
        }
        var said = new ByteArrayOutputStream();
        var checker = new SignatureChecker(
                new FileInputStream(signature), own, new PrintWriterLogger(new PrintStream(said, true)));
        checker.setSourcePath(List.of());
        checker.process(jar);
        return said.toString();
    }
}
