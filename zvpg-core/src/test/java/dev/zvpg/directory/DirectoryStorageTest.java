package dev.zvpg.directory;

import dev.zvpg.Effort;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;

/** Plain copies, on whatever file system temporary files are on. */
@Tag(Effort.ANYBODY)
class DirectoryStorageTest extends DirectoryStorageContract {

    @Override
    Path fileSystem() {
        return Path.of(System.getProperty("java.io.tmpdir"));
    }

    @Override
    CopyMethod method() {
        return CopyMethod.COPY;
    }
}
