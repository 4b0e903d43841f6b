package dev.zvpg.examples.cli;

class CommandLineOnDirectoryStorageTest extends CommandLineContract {

    @Override
    String[] storage() {
        return new String[] {
            "--storage", "directory", "--home", place.path("home").toString()
        };
    }
}
