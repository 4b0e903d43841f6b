package dev.zvpg.postgres.overlay;

import dev.zvpg.server.OverlaySpec;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether there is room for an overlay in memory. PostgreSQL opens for writing what it only reads, and then the overlay
 * copies that file: so in the end all of the lower tree may be there once more.
 */
final class MemoryRoom {

    /** How much of the bound the lower tree may take. */
    private static final int SHARE = 4;

    /** How much of what is available the bound may take. */
    private static final int SPARE = 2;

    private static final Path SYSTEM = Path.of("/proc/meminfo");
    private static final Pattern AVAILABLE = Pattern.compile("(?m)^MemAvailable:\\s+(\\d+) kB$");
    private static final Path OWN_GROUP = Path.of("/proc/self/cgroup");
    private static final Pattern GROUP = Pattern.compile("(?m)^0::(/.*)$");
    private static final Path GROUPS = Path.of("/sys/fs/cgroup");
    private static final Pattern RECLAIMABLE = Pattern.compile("(?m)^inactive_file (\\d+)$");
    private static final int REMEMBERED = 64;

    /** How large trees are, which do not change. Guarded by itself. */
    private static final Map<Path, Long> SIZES = new LinkedHashMap<>(REMEMBERED, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Path, Long> eldest) {
            return size() > REMEMBERED;
        }
    };

    private MemoryRoom() {}

    static boolean isThere(OverlaySpec spec) {
        try {
            return spec.memoryBytes() > 0
                    && size(spec.lower()) <= spec.memoryBytes() / SHARE
                    && available() / SPARE >= spec.memoryBytes();
        } catch (IOException e) {
            return false;
        }
    }

    private static long size(Path tree) throws IOException {
        synchronized (SIZES) {
            Long known = SIZES.get(tree);
            if (known != null) {
                return known;
            }
        }
        long[] size = {0};
        Files.walkFileTree(tree, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes facts) {
                size[0] += facts.size();
                return FileVisitResult.CONTINUE;
            }
        });
        synchronized (SIZES) {
            SIZES.put(tree, size[0]);
        }
        return size[0];
    }

    /** What the machine has, and the group of processes that this one is in, if that has a bound. */
    private static long available() throws IOException {
        long available = number(AVAILABLE, Files.readString(SYSTEM)) << 10;
        Matcher group = GROUP.matcher(Files.exists(OWN_GROUP) ? Files.readString(OWN_GROUP) : "");
        if (group.find()) {
            Path directory = GROUPS.resolve(group.group(1).substring(1));
            for (; directory.startsWith(GROUPS); directory = directory.resolveSibling("")) {
                available = Math.min(available, leftIn(directory));
            }
        }
        return available;
    }

    private static long leftIn(Path group) throws IOException {
        Path bound = group.resolve("memory.max");
        if (!Files.exists(bound)) {
            return Long.MAX_VALUE;
        }
        String text = Files.readString(bound).strip();
        if (text.equals("max")) {
            return Long.MAX_VALUE;
        }
        long used =
                Long.parseLong(Files.readString(group.resolve("memory.current")).strip());
        return Long.parseLong(text) - used + number(RECLAIMABLE, Files.readString(group.resolve("memory.stat")));
    }

    private static long number(Pattern pattern, String text) {
        Matcher found = pattern.matcher(text);
        return found.find() ? Long.parseLong(found.group(1)) : 0;
    }
}
