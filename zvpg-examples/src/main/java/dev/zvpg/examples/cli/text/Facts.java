package dev.zvpg.examples.cli.text;

import dev.zvpg.info.BranchInfo;
import dev.zvpg.info.CloneInfo;
import dev.zvpg.info.SnapshotInfo;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/** Writes the library's records as tables. Thread-safe. */
public final class Facts {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

    private Facts() {}

    public static Columns snapshots(List<SnapshotInfo> snapshots) {
        Columns table = new Columns("snapshot", "created", "author", "used", "message");
        for (SnapshotInfo snapshot : snapshots) {
            table.row(
                    snapshot.ref(),
                    time(snapshot.created()),
                    snapshot.author(),
                    Bytes.text(snapshot.usedBytes()),
                    snapshot.message());
        }
        return table;
    }

    public static Columns branches(List<BranchInfo> branches) {
        Columns table = new Columns("branch", "state", "port", "head", "started from", "used");
        for (BranchInfo branch : branches) {
            table.row(
                    branch.name(),
                    state(branch.state()),
                    branch.port(),
                    branch.head().orElse(""),
                    branch.start().orElse(""),
                    Bytes.text(branch.usedBytes()));
        }
        return table;
    }

    public static Columns clones(List<CloneInfo> clones) {
        Columns table = new Columns("clone", "state", "port", "snapshot", "expires", "protected", "used");
        for (CloneInfo clone : clones) {
            table.row(
                    clone.name(),
                    state(clone.state()),
                    clone.port(),
                    clone.snapshot().orElse("(deleted)"),
                    clone.expires().map(Facts::time).orElse(""),
                    clone.isProtected() ? "yes" : "",
                    Bytes.text(clone.usedBytes()));
        }
        return table;
    }

    private static String time(Instant time) {
        return TIME.format(time.atZone(ZoneId.systemDefault()));
    }

    private static String state(Enum<?> state) {
        return state.name().toLowerCase(Locale.ROOT);
    }
}
