package dev.zvpg.internal.engine;

import dev.zvpg.config.PortRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ports that branches and clones had which are deleted. An application that has not noticed the deletion goes on
 * connecting to such a port, with a password that is good for the whole repository, so nobody else gets it for a while:
 * half of the range is given out again before it is.
 *
 * <p>What remains: an application that outlives that many deletions, a port that the caller chooses, and a range with
 * nothing else left. The file that holds them is lost or damaged at worst, and then nothing rests.
 *
 * <p>Used under the repository's lock.
 */
final class RestingPorts {

    private static final Logger LOG = LoggerFactory.getLogger(RestingPorts.class);

    private static final String FILE = "ports";

    private final PortRange range;
    private final Path file;

    RestingPorts(Context context) {
        this.range = context.ports();
        this.file = context.home().locks().resolve(FILE); // beside the lock that guards it
    }

    /** All ports of the range, in the order in which they are to be given out. */
    IntStream inOrder() {
        List<Integer> resting = read();
        return IntStream.concat(
                IntStream.rangeClosed(range.first(), range.last()).filter(port -> !resting.contains(port)),
                resting.stream().mapToInt(Integer::intValue).filter(range::contains));
    }

    /** Lets a port rest, which is no reason for a deletion to fail. */
    void rest(int port) {
        List<Integer> resting = new ArrayList<>(read());
        resting.remove(Integer.valueOf(port));
        resting.add(port);
        int most = (range.last() - range.first() + 1) / 2;
        List<Integer> newest = resting.subList(Math.max(0, resting.size() - most), resting.size());
        try { // not synced: who connects is on this machine, and goes down with it
            Files.writeString(file, newest.stream().map(String::valueOf).collect(Collectors.joining("\n")));
        } catch (IOException e) {
            LOG.debug("Port {} does not rest", port, e);
        }
    }

    /** The one that rests longest comes first. */
    private List<Integer> read() {
        try {
            return Files.readAllLines(file).stream()
                    .filter(line -> line.matches("\\d{1,5}"))
                    .map(Integer::valueOf)
                    .distinct()
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            LOG.debug("No port rests", e);
            return List.of();
        }
    }
}
