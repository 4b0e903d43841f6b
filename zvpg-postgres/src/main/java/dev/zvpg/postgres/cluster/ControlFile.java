package dev.zvpg.postgres.cluster;

import dev.zvpg.error.ConfigurationException;
import dev.zvpg.internal.io.OpenDirectory;
import dev.zvpg.postgres.os.Failures;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.CRC32C;

/**
 * The beginning of {@code global/pg_control}, which has been laid out the same from 14 to 18 as far as it is read here;
 * see {@code src/include/catalog/pg_control.h}. It is written in the machine's own byte order.
 */
public record ControlFile(
        int state,
        long checkpoint,
        int timeline,
        long nextTransactionId,
        int maxConnections,
        int maxPreparedTransactions,
        int blockSize,
        int dataChecksums) {

    public static final String FILE = "global/pg_control";

    public static final Path DIRECTORY = Path.of("global");
    public static final Path NAME = Path.of("pg_control");
    public static final int MOST_BYTES = 1 << 16;

    private static final int STATE = 16;
    private static final int CHECKPOINT = 32;
    private static final int VERSION = 8;
    private static final int TIMELINE = 48;
    private static final int NEXT_TRANSACTION_ID = 64;

    private static final int MAX_CONNECTIONS = 180;
    private static final int MAX_PREPARED_TRANSACTIONS = 192;

    /** The checksum follows the last field, whose place differs by version; so it is looked for. */
    private static final int FIRST_CHECKSUM = 128;

    private static final int LAST_CHECKSUM = 508;

    /** How far before the checksum the kind of data checksums stands; a field came in between with version 18. */
    private static final int DATA_CHECKSUMS = 36;

    private static final int DATA_CHECKSUMS_18 = 40;
    private static final int VERSION_18 = 1800;

    /** From there back to the size of a block. */
    private static final int BLOCK_SIZE = 36;

    private static final int SHUT_DOWN = 1;
    private static final int SHUT_DOWN_IN_RECOVERY = 2;

    private static final int ATTEMPTS = 50;

    /** Reads it, again when a server was writing it at that moment. */
    public static ControlFile read(Path dataDirectory) {
        Path file = dataDirectory.resolve(FILE);
        try {
            for (int i = 0; i < ATTEMPTS; i++) {
                byte[] bytes = once(dataDirectory);
                if (isWhole(bytes)) {
                    return parse(bytes);
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
        } catch (NoSuchFileException e) {
            throw new ConfigurationException(
                    dataDirectory, null, "not a PostgreSQL data directory: " + FILE + " is missing", e);
        } catch (IOException e) {
            throw Failures.of("cannot read " + file, e);
        }
        throw new ConfigurationException(
                dataDirectory,
                null,
                FILE + " is damaged: its checksum does not fit",
                "restore it from a snapshot",
                null);
    }

    private static byte[] once(Path dataDirectory) throws IOException {
        try (OpenDirectory top = OpenDirectory.openTrusted(dataDirectory);
                OpenDirectory global = top.directory(DIRECTORY)) {
            return global.read(NAME, MOST_BYTES);
        }
    }

    /** Whether the bytes are a control file whose checksum fits. */
    public static boolean isWhole(byte[] bytes) {
        return checksumAt(bytes) > 0;
    }

    /** Where the checksum stands; 0 when none fits. */
    private static int checksumAt(byte[] bytes) {
        if (bytes.length < LAST_CHECKSUM + Integer.BYTES) {
            return 0;
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, FIRST_CHECKSUM);
        for (int at = FIRST_CHECKSUM; at <= LAST_CHECKSUM; at += Integer.BYTES) {
            if (buffer.getInt(at) == (int) crc.getValue()) {
                return at;
            }
            crc.update(bytes, at, Integer.BYTES);
        }
        return 0;
    }

    private static ControlFile parse(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        int dataChecksums =
                checksumAt(bytes) - (buffer.getInt(VERSION) >= VERSION_18 ? DATA_CHECKSUMS_18 : DATA_CHECKSUMS);
        return new ControlFile(
                buffer.getInt(STATE),
                buffer.getLong(CHECKPOINT),
                buffer.getInt(TIMELINE),
                buffer.getLong(NEXT_TRANSACTION_ID),
                buffer.getInt(MAX_CONNECTIONS),
                buffer.getInt(MAX_PREPARED_TRANSACTIONS),
                buffer.getInt(dataChecksums - BLOCK_SIZE),
                buffer.getInt(dataChecksums));
    }

    public boolean isCleanlyStopped() {
        return state == SHUT_DOWN || state == SHUT_DOWN_IN_RECOVERY;
    }

    /** The whole file of another directory, as soon as it can be read in one piece. */
    public static Optional<byte[]> bytes(Path dataDirectory) throws IOException {
        for (int i = 0; i < ATTEMPTS; i++) {
            byte[] bytes = once(dataDirectory);
            if (isWhole(bytes)) {
                return Optional.of(bytes);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        return Optional.empty();
    }
}
