package dev.zvpg.examples.cli;

import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/** Provides what {@code zvpg --version} prints: the version in the manifest of the jar. */
final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        String version = Optional.ofNullable(Version.class.getPackage().getImplementationVersion())
                .orElse("(not from a jar)");
        return new String[] {"zvpg " + version, "Java " + Runtime.version()};
    }
}
