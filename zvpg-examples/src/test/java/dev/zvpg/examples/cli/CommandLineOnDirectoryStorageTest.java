package dev.zvpg.examples.cli;

import org.junit.jupiter.api.Tag;

@Tag("anybody")
class CommandLineOnDirectoryStorageTest extends CommandLineContract {

    @Override
    String[] storage() {
        return new String[] {
            "--storage", "directory", "--home", place.path("home").toString()
        };
    }
}
