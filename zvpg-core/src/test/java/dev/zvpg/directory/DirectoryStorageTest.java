package dev.zvpg.directory;

import java.nio.file.Path;

/** Plain copies, on whatever file system temporary files are on. */
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
