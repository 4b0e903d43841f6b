package dev.zvpg.examples.cli;

import dev.zvpg.examples.cli.text.Bytes;
import dev.zvpg.examples.cli.text.Printable;
import dev.zvpg.info.Event;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Shows a line on the screen that says how far long work is, until the work is done. Nothing where there is no screen.
 * Confined to one thread.
 */
final class ProgressLine implements Consumer<Event>, AutoCloseable {

    private static final long PERIOD_NANOS = Duration.ofMillis(100).toNanos();
    /** Before that, a rate is a guess. */
    private static final long SOON_NANOS = Duration.ofSeconds(2).toNanos();

    private static final String ERASE = "\r\u001b[K";

    private final Terminal terminal;
    private final LongSupplier nanoTime;
    private long next;
    private String work = "";
    private long began;
    private long first;
    private boolean shown;

    ProgressLine(Terminal terminal) {
        this(terminal, System::nanoTime);
    }

    ProgressLine(Terminal terminal, LongSupplier nanoTime) {
        this.terminal = terminal;
        this.nanoTime = nanoTime;
        this.next = nanoTime.getAsLong() + PERIOD_NANOS; // what is done before that needs no line
    }

    @Override
    public void accept(Event event) {
        if (event instanceof Event.Progress progress && terminal.showsProgress()) {
            long now = nanoTime.getAsLong();
            if (now - next >= 0) {
                next = now + PERIOD_NANOS;
                shown = true;
                write(ERASE + Printable.of(text(progress) + pace(progress, now)));
            }
        } else {
            erase();
        }
    }

    /** Such as {@code clone trial: 45 %, 120.0 MB of 266.7 MB}. */
    static String text(Event.Progress progress) {
        if (progress.totalBytes() <= 0) {
            return progress.what() + ": " + Bytes.text(progress.doneBytes());
        }
        long done = Math.min(progress.doneBytes(), progress.totalBytes()); // the total is an estimate
        return String.format(
                Locale.ROOT,
                "%s: %d %%, %s of %s",
                progress.what(),
                100 * done / progress.totalBytes(),
                Bytes.text(done),
                Bytes.text(progress.totalBytes()));
    }

    /** How fast it goes and how long it will still take, once that can be told. */
    private String pace(Event.Progress progress, long now) {
        if (!progress.what().equals(work)) {
            work = progress.what();
            began = now;
            first = progress.doneBytes();
        }
        long moved = progress.doneBytes() - first;
        if (now - began < SOON_NANOS || moved <= 0) {
            return "";
        }
        double perNano = (double) moved / (now - began);
        long rest = Math.max(0, progress.totalBytes() - progress.doneBytes());
        String left = progress.totalBytes() <= 0
                ? ""
                : ", " + Duration.ofNanos((long) (rest / perNano)).toSeconds() + " s left";
        return ", " + Bytes.text((long) (perNano * Duration.ofSeconds(1).toNanos())) + "/s" + left;
    }

    private void erase() {
        if (shown) {
            shown = false;
            write(ERASE);
        }
    }

    private void write(String text) {
        terminal.err().print(text);
        terminal.err().flush();
    }

    @Override
    public void close() {
        erase();
    }
}
