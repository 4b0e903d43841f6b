package dev.zvpg.postgres.unchanged;

import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.internal.io.Sha256;
import dev.zvpg.postgres.cluster.ControlFile;
import dev.zvpg.postgres.cluster.WalSegments;
import dev.zvpg.postgres.os.Failures;
import dev.zvpg.postgres.run.Sessions;
import dev.zvpg.server.Position;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Reads how far a cluster is: its transactions from the server or the control file, the rest from its files. */
public final class Positions {

    private static final String WAL = """
            SELECT CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()
                        ELSE pg_catalog.pg_current_wal_insert_lsn() END::pg_catalog.text
            """;
    private static final String TRANSACTIONS = """
            SELECT pg_catalog.pg_snapshot_xmin(now)::pg_catalog.text, pg_catalog.pg_snapshot_xmax(now)::pg_catalog.text
            FROM pg_catalog.pg_current_snapshot() AS now
            """;

    private static final Path SLOTS = Path.of("pg_replslot");
    private static final Path STATE = Path.of("state");
    private static final Path PREPARED = Path.of("pg_twophase");

    /** Of {@code ReplicationSlotOnDisk} in PostgreSQL's {@code src/backend/replication/slot.c}. */
    private static final int PERSISTENCY = 84;

    private static final int PERSISTENT = 0;
    private static final int MOST_STATE_BYTES = 1 << 12;
    private static final int MOST_SETTINGS_BYTES = 1 << 24;
    private static final int DIGEST_DIGITS = 32;
    private static final int SHORT_ID_DIGITS = 8;
    private static final long EPOCH = 1L << 32;

    private Positions() {}

    /** How far a running one is. */
    public static Position of(Connection connection, Path dataDirectory) throws SQLException {
        // in a statement of its own, before the other: whatever is not in the snapshot ends behind this place
        String wal = wal(connection);
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(TRANSACTIONS)) {
            row.next();
            return new Position(
                    wal,
                    Long.parseLong(row.getString(1)),
                    Long.parseLong(row.getString(2)),
                    configuration(dataDirectory, ControlFile.read(dataDirectory)),
                    slots(dataDirectory));
        }
    }

    /** Where a running one writes next. */
    public static String wal(Connection connection) throws SQLException {
        return Sessions.column(connection, WAL).get(0);
    }

    /** How far one was at its last checkpoint. */
    public static Position of(Path dataDirectory, ControlFile control) {
        return new Position(
                WalSegments.format(control.checkpoint()),
                oldestPrepared(dataDirectory, control.nextTransactionId()).orElse(control.nextTransactionId()),
                control.nextTransactionId(),
                configuration(dataDirectory, control),
                slots(dataDirectory));
    }

    /** Each has a file, named by its id in hexadecimal digits; with the epoch since version 17. */
    private static Optional<Long> oldestPrepared(Path dataDirectory, long next) {
        try (OpenDirectory top = OpenDirectory.openTrusted(dataDirectory);
                OpenDirectory prepared = top.directory(PREPARED)) {
            return prepared.names().stream()
                    .map(Path::toString)
                    .filter(name -> name.matches("[0-9A-F]{8}|[0-9A-F]{16}"))
                    .map(name -> id(name, next))
                    .min(Long::compare);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw Failures.of("cannot read " + dataDirectory.resolve(PREPARED), e);
        }
    }

    private static long id(String name, long next) {
        long id = Long.parseUnsignedLong(name, 16);
        if (name.length() > SHORT_ID_DIGITS) {
            return id;
        }
        long inThisEpoch = next / EPOCH * EPOCH + id;
        return inThisEpoch < next ? inThisEpoch : inThisEpoch - EPOCH;
    }

    /** Of the files with settings, as text: a comment that somebody edited is his work too. */
    private static String configuration(Path dataDirectory, ControlFile control) {
        try (OpenDirectory top = OpenDirectory.openTrusted(dataDirectory)) {
            MessageDigest digest = Sha256.begin();
            digest.update((byte) control.dataChecksums());
            addSettings(top, digest);
            for (Path name : sorted(top)) {
                // conf.d, as it is called everywhere
                if (name.toString().contains("conf") && top.facts(name).isDirectory()) {
                    try (OpenDirectory included = top.directory(name)) {
                        addSettings(included, digest);
                    }
                }
            }
            return Sha256.end(digest).substring(0, DIGEST_DIGITS);
        } catch (IOException e) {
            throw Failures.of("cannot read the settings in " + dataDirectory, e);
        }
    }

    private static void addSettings(OpenDirectory directory, MessageDigest digest) throws IOException {
        for (Path name : sorted(directory)) {
            if (name.toString().endsWith(".conf") && directory.facts(name).isFile()) {
                digest.update(name.toString().getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
                digest.update(directory.read(name, MOST_SETTINGS_BYTES));
            }
        }
    }

    private static List<Path> sorted(OpenDirectory directory) throws IOException {
        return directory.names().stream().sorted().toList();
    }

    private static Set<String> slots(Path dataDirectory) {
        Set<String> names = new TreeSet<>();
        try (OpenDirectory top = OpenDirectory.openTrusted(dataDirectory);
                OpenDirectory slots = top.directory(SLOTS)) {
            for (Path name : slots.names()) {
                if (isPersistent(slots, name)) {
                    names.add(name.toString());
                }
            }
            return names;
        } catch (NoSuchFileException e) {
            return names;
        } catch (IOException e) {
            throw Failures.of("cannot read " + dataDirectory.resolve(SLOTS), e);
        }
    }

    /** A backup's slot is not: it ends with its session. */
    private static boolean isPersistent(OpenDirectory slots, Path name) throws IOException {
        try (OpenDirectory slot = slots.directory(name)) {
            byte[] state = slot.read(STATE, MOST_STATE_BYTES);
            return state.length > PERSISTENCY + Integer.BYTES
                    && ByteBuffer.wrap(state).order(ByteOrder.nativeOrder()).getInt(PERSISTENCY) == PERSISTENT;
        } catch (NoSuchFileException e) { // dropped in this moment, or not yet made
            return false;
        }
    }
}
