package dev.zvpg.postgres;

import dev.zvpg.Jvm;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
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
        ProcessBuilder builder = new ProcessBuilder(Jvm.command(List.of(), classPath, main, arguments))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(new File(log.toString())));
        builder.environment().putAll(environment);
        return builder.start();
    }
}
