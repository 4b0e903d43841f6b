package dev.zvpg.internal.engine;

import dev.zvpg.internal.io.AtomicFile;
import dev.zvpg.internal.io.NewFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides whether the clock is believed where it says that somebody's time is over. It may have leapt ahead: it is set
 * wrong for a moment when a virtual machine wakes up, or it is right, and nobody had a chance to do anything in the
 * time that it leapt over. So after a leap a second look is wanted, some time later.
 *
 * <p>A repository that nobody looks at for longer than a leap looks the same, and waits for the second look as well.
 *
 * <p>What is noted is lost or damaged at worst, and then what was made last tells when the clock was right.
 * Thread-safe.
 */
public final class ClockLeaps {

    /** What is longer than this between two looks is a leap. */
    static final Duration LEAP = Duration.ofDays(1);

    /** How much later the second look is. */
    public static final Duration PATIENCE = Duration.ofMinutes(10);

    /** How often a look is noted, at most. */
    private static final Duration NOTED_EVERY = Duration.ofHours(1);

    private static final Logger LOG = LoggerFactory.getLogger(ClockLeaps.class);

    private final Path file;

    ClockLeaps(Context context) {
        this.file = context.home().locks().resolve("clock");
    }

    /**
     * The looks so far.
     *
     * @param last the last one that was noted
     * @param leapt when it was seen first that the clock had leapt, until that is believed
     */
    private record Looks(Instant last, Optional<Instant> leapt) {}

    /**
     * Whether the clock is believed, at this look.
     *
     * @param lastMade when the newest branch or clone was made
     */
    boolean isBelieved(Instant now, Instant lastMade) {
        Looks looks = read();
        Optional<Instant> leapt = looks.leapt().filter(first -> !first.isAfter(now)); // or it was set back since
        if (leapt.isPresent()) {
            if (Duration.between(leapt.get(), now).compareTo(PATIENCE) < 0) {
                return false;
            }
            note(new Looks(now, Optional.empty()));
            return true;
        }
        Instant last = looks.last().isAfter(lastMade) ? looks.last() : lastMade;
        if (Duration.between(last, now).compareTo(LEAP) > 0) {
            note(new Looks(last, Optional.of(now)));
            return false;
        }
        if (looks.leapt().isPresent() || Duration.between(looks.last(), now).compareTo(NOTED_EVERY) > 0) {
            note(new Looks(now, Optional.empty()));
        }
        return true;
    }

    private void note(Looks looks) {
        String text = looks.last() + looks.leapt().map(leapt -> "\n" + leapt).orElse("");
        try {
            AtomicFile.replaceUntilPowerCut(file, text.getBytes(StandardCharsets.UTF_8), NewFile.PRIVATE);
        } catch (IOException e) {
            LOG.debug("It is not noted how late it was", e); // a leap is then seen for the first time once more
        }
    }

    private Looks read() {
        try {
            List<Instant> lines =
                    Files.readAllLines(file).stream().map(Instant::parse).toList();
            return new Looks(lines.get(0), lines.size() < 2 ? Optional.empty() : Optional.of(lines.get(1)));
        } catch (NoSuchFileException e) {
            return new Looks(Instant.EPOCH, Optional.empty());
        } catch (IOException | DateTimeException | IndexOutOfBoundsException e) {
            LOG.debug("It cannot be read how late it was", e);
            return new Looks(Instant.EPOCH, Optional.empty());
        }
    }
}
