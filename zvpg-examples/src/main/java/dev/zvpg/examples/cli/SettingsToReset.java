package dev.zvpg.examples.cli;

import java.util.List;
import picocli.CommandLine.Option;

/** The settings of a server that are chosen no longer. Confined to one thread. */
final class SettingsToReset {

    @Option(
            names = "--reset",
            paramLabel = "NAME",
            description = "leave this one to the cluster's own files; may be repeated")
    private List<String> names = List.of();

    List<String> names() {
        return names;
    }
}
