package dev.zvpg.internal.engine;

import dev.zvpg.error.InUseException;
import dev.zvpg.error.Problem;
import dev.zvpg.error.ZvpgException;
import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.catalog.CatalogCheck;
import dev.zvpg.internal.catalog.CopyRecord;
import dev.zvpg.internal.catalog.Lookup;
import dev.zvpg.internal.io.IoFailure;
import dev.zvpg.server.DataDirectory;
import dev.zvpg.server.Server;
import dev.zvpg.server.ServerState;
import dev.zvpg.storage.StorageFeature;
import dev.zvpg.storage.StoredDraft;
import dev.zvpg.storage.Streams;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Looks for what is wrong with a repository, and changes nothing. Thread-safe. */
public final class Doctor {

    private static final long MEGABYTE = 1_000_000;
    private static final long ENOUGH_BYTES = 10_000 * MEGABYTE;
    private static final int ENOUGH_PERCENT = 5;

    private final Context context;
    private final Servers servers;

    public Doctor(Context context, Servers servers) {
        this.context = context;
        this.servers = servers;
    }

    /**
     * What a look at a branch or clone found.
     *
     * @param directory its data directory, which may have to be mounted first
     */
    public record Examined(CopyRecord copy, Path directory, ServerState state, List<Problem> problems) {}

    /** Looks at one branch or clone; empty when it was deleted meanwhile. */
    public Optional<Examined> examine(CopyRecord copy) {
        Examined finding = look(copy);
        // its files go before or after its name, so what looks wrong may be a deletion or a move in progress
        return finding.problems().isEmpty() || isStillThere(copy) ? Optional.of(finding) : Optional.empty();
    }

    private boolean isStillThere(CopyRecord copy) {
        return context.catalog()
                .copy(copy.id())
                .filter(now -> now.volume().id().equals(copy.volume().id()))
                .isPresent();
    }

    private Examined look(CopyRecord copy) {
        List<Problem> problems = new ArrayList<>();
        Path directory = context.location(copy.volume().id());
        Optional<Problem> missing = missing(copy, directory);
        if (missing.isPresent()) {
            // nobody mounts a volume to look at it
            if (!context.storage().features().contains(StorageFeature.MOUNTED_ON_DEMAND)) {
                problems.add(missing.get());
            }
            return new Examined(copy, directory, ServerState.STOPPED, problems);
        }
        ServerState state = state(copy, directory, problems);
        try {
            context.launcher().requireReachable(servers.spec(copy));
        } catch (ZvpgException e) {
            problems.add(problem(copy, e));
        }
        if (!context.ports().contains(copy.port())) {
            problems.add(new Problem(
                    copy.words() + " has port " + copy.port() + ", outside the repository's range " + context.ports(),
                    "open the repository with a range that holds it, or replace it by one on another port"));
        } else if (state != ServerState.RUNNING && copy.portFixed() && !Servers.canBind(copy.port())) {
            problems.add(new Problem(
                    "port " + copy.port() + " of " + copy.words() + " is taken by another program",
                    "stop that program before you start it, or replace it by one on another port"));
        }
        return new Examined(copy, directory, state, problems);
    }

    private static Optional<Problem> missing(CopyRecord copy, Path directory) {
        try {
            Files.readAttributes(directory, BasicFileAttributes.class);
            return Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.of(new Problem(
                    "the files of " + copy.words() + " are missing: " + directory + " does not exist",
                    "mount the file system that holds them, or restore them; if they are lost, delete the "
                            + copy.kind().word()));
        } catch (IOException e) {
            return Optional.of(problem(copy, IoFailure.of("look into", directory, e)));
        }
    }

    private ServerState state(CopyRecord copy, Path directory, List<Problem> problems) {
        Optional<Server> server;
        try {
            server = servers.find(copy);
        } catch (InUseException e) { // where it cannot be found from here
            problems.add(problem(copy, e));
            return ServerState.RUNNING;
        } catch (ZvpgException e) {
            problems.add(problem(copy, e));
            return ServerState.STOPPED;
        }
        try {
            if (server.isPresent()) {
                if (server.get().port() != copy.port()) {
                    problems.add(new Problem(
                            "the server of " + copy.words() + " listens on port "
                                    + server.get().port() + ", but its port is " + copy.port(),
                            "stop it and start it again"));
                }
                context.launcher().requireSelfContained(directory); // part of its data may have been moved elsewhere
                return ServerState.RUNNING;
            }
            context.launcher().requireSelfContained(directory);
            if (context.launcher().inspect(directory).state() != DataDirectory.State.CRASHED) {
                return ServerState.STOPPED;
            }
            problems.add(new Problem(
                    "the server of " + copy.words() + " has crashed, and left its lock file behind in " + directory,
                    "start it: it recovers, and nothing that was committed is lost"));
            return ServerState.CRASHED;
        } catch (ZvpgException e) {
            problems.add(problem(copy, e));
            // its server has died, and processes of it still work on its files
            return e instanceof InUseException ? ServerState.CRASHED : ServerState.STOPPED;
        }
    }

    /** Everything that is wrong, given what is not the repository's and what a look at each branch and clone has found. */
    List<Problem> problems(Catalog catalog, List<String> foreign, List<Examined> findings) {
        List<Problem> problems = new ArrayList<>();
        findings.forEach(finding -> problems.addAll(finding.problems()));
        problems.addAll(new CatalogCheck(catalog).problems());
        partials(problems);
        leftovers(catalog, problems);
        fullDisks(findings, problems);
        if (!foreign.isEmpty()) {
            problems.add(new Problem(
                    "not the repository's, but in the place of its storage: " + Lookup.list(foreign),
                    "it is never touched; move it elsewhere if it is not meant to be there"));
        }
        return problems;
    }

    /** What the servers say that run, which takes a session with each. */
    List<Problem> askServers(List<Examined> findings) {
        List<Problem> problems = new ArrayList<>();
        for (Examined finding : findings) {
            if (finding.state() != ServerState.RUNNING) {
                continue;
            }
            CopyRecord copy = finding.copy();
            try {
                servers.find(copy)
                        .map(Server::problems)
                        .orElse(List.of())
                        .forEach(
                                found -> problems.add(new Problem(copy.words() + ": " + found.what(), found.advice())));
            } catch (InUseException e) {
                // told already: it cannot be found from here
            } catch (ZvpgException e) {
                problems.add(problem(copy, e));
            }
        }
        return problems;
    }

    private void leftovers(Catalog catalog, List<Problem> problems) {
        List<String> left = new ArrayList<>();
        context.storage().drafts().stream()
                .filter(StoredDraft::abandoned)
                .forEach(draft -> left.add("volume " + draft.id()));
        catalog.reachability()
                .unreachable(context.clock().instant())
                .forEach(image -> left.add("snapshot " + catalog.ref(image)));
        if (!left.isEmpty()) {
            problems.add(new Problem(
                    "left over from interrupted work, and of no use: " + Lookup.list(left),
                    "close the repository and open it again, which removes it"));
        }
    }

    /** What has come of snapshots that are not there yet. */
    private void partials(List<Problem> problems) {
        List<String> partials = context.storage().streams().map(Streams::partials).orElse(List.of()).stream()
                .map(partial -> partial.snapshot() + " (" + partial.bytes() / MEGABYTE + " MB, the last of it at "
                        + partial.heard() + ")")
                .toList();
        if (!partials.isEmpty()) {
            problems.add(
                    new Problem(
                            "snapshots that are on their way from another repository, or were when the transfer was cut off: "
                                    + Lookup.list(partials),
                            "fetch or push again, which goes on where it stopped; else it is removed a week after the last of it came"));
        }
    }

    private void fullDisks(List<Examined> findings, List<Problem> problems) {
        List<Path> places = new ArrayList<>();
        findings.stream()
                .map(Examined::directory)
                .filter(Files::isDirectory)
                .findFirst()
                .ifPresent(places::add);
        places.add(context.home().root());
        List<FileStore> seen = new ArrayList<>();
        for (Path place : places) {
            try {
                FileStore disk = Files.getFileStore(place);
                if (!seen.contains(disk)) {
                    seen.add(disk);
                    fullDisk(place, disk.getUsableSpace(), disk.getTotalSpace()).ifPresent(problems::add);
                }
            } catch (IOException e) {
                problems.add(new Problem(
                        "cannot find out how full the disk of " + place + " is: " + e, "look at it with df"));
            }
        }
    }

    /** A disk is nearly full when less than 5 % of it is free, and less than 10 GB. */
    public static Optional<Problem> fullDisk(Path place, long freeBytes, long totalBytes) {
        return freeBytes < Math.min(ENOUGH_BYTES, totalBytes / 100 * ENOUGH_PERCENT)
                ? Optional.of(new Problem(
                        "the disk that holds " + place + " is nearly full: " + freeBytes / MEGABYTE + " of "
                                + totalBytes / MEGABYTE + " MB are free",
                        "delete clones, branches and snapshots that nobody needs, or make room on it"))
                : Optional.empty();
    }

    private static Problem problem(CopyRecord copy, ZvpgException e) {
        return new Problem(
                copy.words() + ": " + e.problem(),
                e.advice().orElse("repair that, or delete it and make a new one from a snapshot"));
    }
}
