package dev.zvpg;

import dev.zvpg.directory.DirectoryStorage;
import dev.zvpg.remote.ServeOptions;
import dev.zvpg.server.FakeLauncher;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.nio.file.Path;

/** A process that serves a repository over its standard streams, as {@code ssh} starts it. */
final class ServingProcess {

    private ServingProcess() {}

    /**
     * Serves.
     *
     * @param arguments the home directory and the storage's
     */
    public static void main(String[] arguments) {
        try (Repository repo = Zvpg.at(Path.of(arguments[0]))
                .storage(DirectoryStorage.at(Path.of(arguments[1])))
                .postgres(new FakeLauncher())
                .ports(6000, 6009)
                .open()) {
            Served.serve(System.in, new FileOutputStream(FileDescriptor.out), ServeOptions.DEFAULT, path -> repo);
        }
    }
}
