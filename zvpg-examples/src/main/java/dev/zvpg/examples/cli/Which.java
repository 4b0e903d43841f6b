package dev.zvpg.examples.cli;

import dev.zvpg.Clone;
import dev.zvpg.Repository;
import dev.zvpg.WorkingCopy;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Says by its arguments which branch or clone is meant. Confined to one thread. */
interface Which {

    /** Finds it in the repository, or throws {@link dev.zvpg.error.NotFoundException}. */
    WorkingCopy in(Repository repo);

    /** Returns what follows {@code zvpg} in a command about it. */
    String command(String verb);

    /** Names a branch. */
    final class OfBranch implements Which {

        @Parameters(index = "0", paramLabel = "BRANCH", description = "the branch")
        private String name = "";

        @Override
        public WorkingCopy in(Repository repo) {
            return repo.branch(name);
        }

        @Override
        public String command(String verb) {
            return "branch " + verb + " " + name;
        }
    }

    /** Names a clone, or its port. */
    final class OfClone implements Which {

        /** Has one of the options. */
        static final class Choice {

            @Option(names = "--name", paramLabel = "NAME", required = true, description = "the clone of this name")
            private Optional<String> name = Optional.empty();

            @Option(names = "--port", paramLabel = "PORT", required = true, description = "the clone on this port")
            private Optional<Integer> port = Optional.empty();
        }

        @ArgGroup(multiplicity = "1")
        private @Nullable Choice choice;

        @Override
        public Clone in(Repository repo) {
            Choice chosen = chosen();
            return chosen.name.isPresent()
                    ? repo.clone(chosen.name.get())
                    : repo.cloneOnPort(chosen.port.orElseThrow());
        }

        @Override
        public String command(String verb) {
            Choice chosen = chosen();
            return "clone " + verb
                    + chosen.name.map(name -> " --name " + name).orElse("")
                    + chosen.port.map(port -> " --port " + port).orElse("");
        }

        private Choice chosen() {
            if (choice == null) {
                throw new IllegalStateException("picocli asks for --name or --port");
            }
            return choice;
        }
    }
}
