package dev.zvpg.internal.comparison;

import dev.zvpg.diff.Changes;
import dev.zvpg.server.Server;
import dev.zvpg.server.ServerContent;
import dev.zvpg.server.ServerContent.CommonImage;
import dev.zvpg.server.ServerContent.Comparison;
import dev.zvpg.server.ServerMerge.Definitions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Two revisions that are held open, and what is different between them. A copy of the earlier one can get other
 * definitions, so that rows are compared which have the same columns.
 *
 * <p>Thread-safe, unless the later one is changed.
 */
public final class OpenDiff implements AutoCloseable {

    private final List<Side> sides;
    private final Optional<Common> common;
    private final Supplier<Copy> copies;
    private final Comparison comparison;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Copy kept;
    private @Nullable Redefined redefined;
    private @Nullable RuntimeException refusal;
    private boolean closed;

    /**
     * Compares them.
     *
     * @param sides the earlier one, the later one, and the common image's where that is neither; they end with this
     * @param copies makes a copy of the earlier one
     */
    public OpenDiff(List<Side> sides, Optional<Common> common, Supplier<Copy> copies) {
        this.sides = new ArrayList<>(sides);
        this.common = common;
        this.copies = copies;
        this.comparison = compare(before());
    }

    /**
     * A copy of a revision.
     *
     * @param server what runs on it
     * @param changes finds where it may differ from the common image
     * @param end lets go of it
     */
    public record Copy(Server server, Supplier<Changes> changes, Runnable end) {}

    /** The image that the files of both began as, and which of them is a copy of it that nobody changes. */
    public record Common(Path dataDirectory, int side) {}

    /** What came of other definitions: those, and which rows are different where the copy and the later one have them. */
    public record Redefined(Definitions definitions, Comparison comparison) {}

    /** A copy that is read from, and where it may differ from the common image. */
    public static final class Side implements Runnable {

        private final Copy copy;
        private ServerContent content;
        private Changes changes = Changes.NONE;

        private Side(Copy copy) {
            this.copy = copy;
            this.content = copy.server().content();
        }

        /** Holds on to what a copy has, which ends with this. */
        public static Side open(Copy copy) {
            Side side = null;
            boolean opened = false;
            try {
                side = new Side(copy);
                side.changes = copy.changes().get(); // after the content was found
                opened = true;
                return side;
            } finally {
                if (!opened) {
                    (side == null ? copy.end() : side).run();
                }
            }
        }

        /** Lets go of what it has, so that this can be changed. */
        void letGo() {
            content.close();
        }

        /** Holds on to what it has now. */
        void renew() {
            content = copy.server().content();
            changes = copy.changes().get();
        }

        @Override
        public void run() {
            try (ServerContent held = content) {
                // its sessions end before its server does
            } finally {
                copy.end().run();
            }
        }
    }

    /** What is different. */
    public Comparison comparison() {
        return comparison;
    }

    private Side before() {
        return sides.get(0);
    }

    private Side after() {
        return sides.get(1);
    }

    private Comparison compare(Side earlier) {
        Optional<CommonImage> image = common.map(each -> new CommonImage(
                sides.get(each.side()).content, each.dataDirectory(), earlier.changes.and(after().changes)));
        return earlier.content.compareWith(after().content, image);
    }

    /** Makes a copy of the earlier one while there is a snapshot of it, if definitions are different. */
    public void keepCopy() {
        boolean done = false;
        try {
            if (comparison.schema().stream()
                    .anyMatch(change -> !change.database().isEmpty())) {
                kept = copies.get();
            }
            done = true;
        } finally {
            if (!done) {
                close();
            }
        }
    }

    /**
     * Gives a copy of the earlier one other definitions, and the later one too; from here on nothing is read of what was
     * compared before.
     *
     * @param how does so to the two
     */
    public Redefined redefine(BiFunction<Server, Server, Definitions> how) {
        after().letGo();
        return redefine(copy -> {
            Definitions definitions = how.apply(copy, after().copy.server());
            after().renew();
            return definitions;
        });
    }

    private Redefined redefine(Function<Server, Definitions> how) {
        Copy copy = kept == null ? copies.get() : kept;
        kept = null;
        boolean opened = false;
        Definitions definitions;
        try {
            definitions = how.apply(copy.server());
            opened = true;
        } finally {
            if (!opened) {
                copy.end().run();
            }
        }
        Side side = Side.open(copy);
        sides.add(side);
        return new Redefined(definitions, compare(side));
    }

    /**
     * Writes what makes of a database as it is in the earlier one what it is in the later one.
     *
     * @param database its name in the later one
     */
    public void writeScript(String database, Appendable out) throws IOException {
        boolean isRedefined = comparison.schema().stream()
                .anyMatch(change -> change.database().equals(database));
        Redefined found = isRedefined ? redefined() : new Redefined(Definitions.NONE, comparison);
        after().copy.server().writeScript(found.comparison(), found.definitions(), database, out);
    }

    private Redefined redefined() {
        lock.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the diff is closed");
            }
            if (refusal != null) {
                throw refusal;
            }
            if (redefined == null) {
                redefined = redefineOnce();
            }
            return redefined;
        } finally {
            lock.unlock();
        }
    }

    private Redefined redefineOnce() {
        boolean isOnly = kept != null;
        Optional<Server> origin = common.map(each -> sides.get(each.side()).copy.server());
        try {
            return redefine(copy -> copy.redefine(after().copy.server(), origin));
        } catch (RuntimeException e) {
            if (isOnly) { // no other copy is to be had that could be asked once more
                refusal = e;
            }
            throw e;
        }
    }

    /** Lets go of everything, whatever of it refuses. */
    @Override
    public void close() {
        lock.lock(); // whoever writes a script may be about to add a side
        try {
            closed = true;
            end();
        } finally {
            lock.unlock();
        }
    }

    private void end() {
        List<Runnable> open = new ArrayList<>(sides);
        if (kept != null) {
            open.add(kept.end());
        }
        Optional<RuntimeException> failure = AllOrNone.end(open);
        if (failure.isPresent()) {
            throw failure.get();
        }
    }
}
