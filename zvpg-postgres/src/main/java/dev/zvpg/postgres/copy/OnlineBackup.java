package dev.zvpg.postgres.copy;

import dev.zvpg.error.ServerException;
import dev.zvpg.internal.io.AtomicFile;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.postgres.cluster.Cluster;
import dev.zvpg.postgres.cluster.ControlFile;
import dev.zvpg.postgres.cluster.WalSegments;
import dev.zvpg.postgres.os.Failures;
import dev.zvpg.postgres.unchanged.Positions;
import dev.zvpg.server.Backup;
import dev.zvpg.server.Position;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A backup through PostgreSQL's own interface for it. Both the backup and the slot that keeps its WAL belong to the
 * connection, so they are gone with it, also when the JVM is killed.
 */
public final class OnlineBackup implements Backup {

    private static final Logger LOG = LoggerFactory.getLogger(OnlineBackup.class);

    private static final int RENAMED_SINCE = 15;

    // each argument has its type: the driver sends strings as varchar, which would fit another function better than
    // ours
    private static final String RESERVE = "SELECT pg_catalog.pg_create_physical_replication_slot("
            + "slot_name => ?::pg_catalog.text::pg_catalog.name, immediately_reserve => true, temporary => true)";
    private static final String START = "SELECT pg_catalog.pg_backup_start(label => ?::pg_catalog.text, fast => true)";
    private static final String START_14 =
            "SELECT pg_catalog.pg_start_backup(label => ?::pg_catalog.text, fast => true, exclusive => false)";
    private static final String STOP =
            "SELECT lsn, labelfile, spcmapfile FROM pg_catalog.pg_backup_stop(wait_for_archive => false)";
    private static final String STOP_14 = "SELECT lsn, labelfile, spcmapfile "
            + "FROM pg_catalog.pg_stop_backup(exclusive => false, wait_for_archive => false)";
    private static final String SEGMENT_BYTES =
            "SELECT setting FROM pg_catalog.pg_settings WHERE name = 'wal_segment_size'::pg_catalog.text";

    private static final Pattern BEGIN = Pattern.compile("START WAL LOCATION: ([0-9A-F]+/[0-9A-F]+) ");
    private static final Pattern TIMELINE = Pattern.compile("START TIMELINE: (\\d+)");

    private static final Path WAL = Path.of("pg_wal");

    private final Connection connection;
    private final Path source;
    private final int major;
    private boolean finished;

    private OnlineBackup(Connection connection, Path source, int major) {
        this.connection = connection;
        this.source = source;
        this.major = major;
    }

    /** Begins one; the connection is closed with it, also when it cannot begin. */
    public static OnlineBackup begin(Connection connection, Path source, int major, String label) throws SQLException {
        try {
            String slot =
                    "zvpg_" + UUID.randomUUID().toString().replace("-", "").toLowerCase(Locale.ROOT);
            try (PreparedStatement reserve = connection.prepareStatement(RESERVE)) {
                reserve.setString(1, slot);
                reserve.execute();
            }
            try (PreparedStatement begin = connection.prepareStatement(major >= RENAMED_SINCE ? START : START_14)) {
                begin.setString(1, label);
                begin.execute();
            }
            return new OnlineBackup(connection, source, major);
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    @Override
    public Position finish(Path image) {
        if (finished) {
            throw new IllegalStateException("the backup is finished");
        }
        finished = true;
        try (connection) {
            return complete(image);
        } catch (SQLException e) {
            throw new ServerException(
                    "the backup of " + source + " failed: " + e.getMessage(), "throw the copy away", e);
        } catch (IOException e) {
            throw Failures.of("cannot complete the copy of " + source + " in " + image, e);
        }
    }

    private Position complete(Path image) throws SQLException, IOException {
        // before the end: what has ended by then is in the copy
        Position position = Positions.of(connection, source);
        long segmentBytes = number(SEGMENT_BYTES);
        try (PreparedStatement stop = connection.prepareStatement(major >= RENAMED_SINCE ? STOP : STOP_14);
                ResultSet row = stop.executeQuery();
                OpenDirectory files = OpenDirectory.open(image)) {
            Position after = Positions.of(connection, source);
            row.next();
            String end = row.getString(1);
            String label = row.getString(2);
            String tablespaces = row.getString(3);
            // also now: from the WAL of a tablespace that was made meanwhile, recovery would make the link in the copy
            // and write into the original's files
            Cluster.requireSelfContained(source);
            Cluster.requireSelfContained(image);
            Disarming.run(image);
            copyWal(files, label, end, segmentBytes);
            repairControlFile(files);
            if (tablespaces != null && !tablespaces.isBlank()) {
                write(files, "tablespace_map", tablespaces);
            }
            // last: with it the copy is one that starts
            write(files, "backup_label", label);
            // Its end begins a new segment of the log, and the next checkpoint removes the one before. Where nothing
            // was written meanwhile, what comes can be read from there.
            return after.isIn(position) && !after.isInProgress() ? after : position;
        }
    }

    private static void write(OpenDirectory image, String name, String text) throws IOException {
        AtomicFile.replaceAsOwner(image, Path.of(name), AtomicFile.of(text.getBytes(StandardCharsets.UTF_8)));
    }

    private void copyWal(OpenDirectory image, String label, String end, long segmentBytes) throws IOException {
        Matcher begin = BEGIN.matcher(label);
        Matcher timeline = TIMELINE.matcher(label);
        if (!begin.find() || !timeline.find()) {
            throw new ServerException("cannot read the backup label that PostgreSQL made for " + source);
        }
        WalSegments segments = new WalSegments(Integer.parseInt(timeline.group(1)), segmentBytes);
        Optional<OpenDirectory> found = image.directoryIfThere(WAL);
        if (found.isEmpty()) {
            throw new ServerException("the copy of " + source + " in " + image.path() + " has no directory pg_wal");
        }
        // again, whatever is there: it was copied while it was written
        try (OpenDirectory to = found.get();
                OpenDirectory from = OpenDirectory.open(source, WAL)) {
            for (String name : segments.names(WalSegments.parse(begin.group(1)), WalSegments.parse(end))) {
                copySegment(from, to, Path.of(name), segmentBytes);
            }
        }
    }

    private void copySegment(OpenDirectory from, OpenDirectory to, Path name, long segmentBytes) throws IOException {
        try {
            AtomicFile.replaceAsOwner(to, name, copy -> {
                try (FileChannel segment = from.openFile(name)) {
                    long position = 0;
                    for (long copied = 1; segment.size() == segmentBytes && copied > 0; position += copied) {
                        copied = segment.transferTo(position, segmentBytes - position, copy);
                    }
                    if (position != segmentBytes) {
                        throw new NoSuchFileException(name.toString(), null, "it has not the size of a segment");
                    }
                }
            });
        } catch (NoSuchFileException e) {
            throw new ServerException(
                    "the copy of " + source + " cannot be completed: its WAL segment " + name + " is gone", e);
        }
    }

    private void repairControlFile(OpenDirectory image) throws IOException {
        try (OpenDirectory global = image.directory(ControlFile.DIRECTORY)) {
            if (global.exists(ControlFile.NAME)
                    && ControlFile.isWhole(global.read(ControlFile.NAME, ControlFile.MOST_BYTES))) {
                return;
            }
            byte[] whole = ControlFile.bytes(source)
                    .orElseThrow(
                            () -> new ServerException(ControlFile.FILE + " of " + source + " cannot be read whole"));
            AtomicFile.replaceAsOwner(global, ControlFile.NAME, AtomicFile.of(whole));
        }
    }

    private long number(String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return Long.parseLong(row.getString(1));
        }
    }

    @Override
    public void close() {
        finished = true;
        try {
            connection.close();
        } catch (SQLException e) {
            // PostgreSQL forgets the backup when the connection ends, however it ends
            LOG.debug("closing the connection of a backup", e);
        }
    }
}
