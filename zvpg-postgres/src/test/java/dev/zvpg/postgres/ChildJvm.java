package dev.zvpg.postgres;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Another JVM with the class path of this one. */
final class ChildJvm {

    private ChildJvm() {}

    static Process start(Path log, Map<String, String> environment, Class<?> main, String... arguments)
            throws IOException {
        return start(System.getProperty("java.class.path"), log, environment, main, arguments);
    }

    /** With another class path. */
    static Process start(
            String classPath, Path log, Map<String, String> environment, Class<?> main, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                classPath,
                main.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(new File(log.toString())));
        builder.environment().putAll(environment);
        return builder.start();
    }
}
