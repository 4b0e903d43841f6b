package dev.zvpg.examples.cli;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Enumeration;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/**
 * Loads what the commands will need, so that the launcher can keep the loaded classes in an archive from which later
 * starts take them ready made. Touches no repository.
 */
final class Training {

    private Training() {}

    /** Runs it. */
    public static void main(String[] args) throws IOException {
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path jar = Path.of(entry);
            if (jar.getFileName().toString().startsWith("zvpg-")) {
                loadAll(jar);
            }
        }
        runCommands();
        connect();
    }

    private static void loadAll(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            for (Enumeration<JarEntry> entries = file.entries(); entries.hasMoreElements(); ) {
                String name = entries.nextElement().getName();
                if (name.endsWith(".class") && !name.contains("-")) { // not module-info, package-info
                    load(name.substring(0, name.length() - ".class".length()).replace('/', '.'));
                }
            }
        }
    }

    private static void load(String name) {
        try {
            Class.forName(name, false, Training.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
            return; // needs a library that is optional; so no command needs it
        }
    }

    private static void runCommands() throws IOException {
        Path directory = Files.createTempDirectory("zvpg-training-");
        Path file = directory.resolve("config.json");
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        Terminal terminal = new Terminal(new BufferedReader(new StringReader("")), nowhere, nowhere, false, false);
        try {
            dev.zvpg.config.Configuration.directory(directory.resolve("home")).write(file);
            Main.run(terminal, "--config", file.toString(), "status"); // there is no repository
            Main.run(terminal, "clone", "create", "--help");
        } finally {
            Files.deleteIfExists(file);
            Files.delete(directory);
        }
    }

    /** Nobody listens on the first port; that loads most of the driver. */
    private static void connect() {
        try {
            DriverManager.getConnection("jdbc:postgresql://127.0.0.1:1/postgres?user=nobody")
                    .close();
        } catch (SQLException e) {
            return; // as was to be expected
        }
    }
}
