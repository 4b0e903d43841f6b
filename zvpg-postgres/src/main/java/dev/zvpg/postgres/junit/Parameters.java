package dev.zvpg.postgres.junit;

import java.util.Optional;
import org.junit.jupiter.api.extension.ExtensionContext;

/** What whoever starts the tests says; see {@link Options} for the names. */
@FunctionalInterface
interface Parameters {

    /** Where JUnit has not called yet, or nobody runs JUnit. */
    Parameters OF_THE_SYSTEM = name -> Optional.ofNullable(System.getProperty(name));

    /** Returns one as it was written. */
    Optional<String> find(String name);

    /** Returns those of a run, for which system properties stand in. */
    static Parameters of(ExtensionContext context) {
        return context.getRoot()::getConfigurationParameter;
    }

    /** Returns one that says something. */
    default Optional<String> get(String name) {
        return find(name).map(String::strip).filter(value -> !value.isEmpty());
    }
}
