package dev.zvpg.server;

import dev.zvpg.diff.Changes;
import dev.zvpg.diff.SchemaChange;
import dev.zvpg.diff.SequenceDiff;
import dev.zvpg.diff.TableDiff;
import dev.zvpg.error.ServerException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a server's databases hold at one moment. Until it is closed that can be read, whatever others write meanwhile,
 * and all of it is in the server's files.
 *
 * <p>Thread-safe.
 */
public interface ServerContent extends AutoCloseable {

    /**
     * What two contents have in common: both servers' files began as an image, and have its bytes wherever nothing was
     * written since.
     *
     * @param content what a server holds that was started on a copy of the image; may be one of the two
     * @param dataDirectory the image's data directory, which is not written to
     * @param changes where the data directories of the two may differ from it, found after both contents were
     */
    record CommonImage(ServerContent content, Path dataDirectory, Changes changes) {}

    /**
     * What is different.
     *
     * @param tables those with rows that differ, and those that were not compared
     * @param sequences those that stand elsewhere
     * @param schema definitions that are not the same
     */
    record Comparison(List<TableDiff> tables, List<SequenceDiff> sequences, List<SchemaChange> schema) {}

    /**
     * Compares it with another one of the same launcher. What it returns reads from both.
     *
     * @param later the other one
     * @param common what they have in common; empty where that is not known, and then everything is read
     * @return what is different
     * @throws ServerException when a server does not answer
     */
    Comparison compareWith(ServerContent later, Optional<CommonImage> common);

    /** Lets go of it. Idempotent. */
    @Override
    void close();
}
