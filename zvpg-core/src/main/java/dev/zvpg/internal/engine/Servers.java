package dev.zvpg.internal.engine;

import dev.zvpg.error.ConfigurationException;
import dev.zvpg.error.InUseException;
import dev.zvpg.error.ServerException;
import dev.zvpg.info.Event;
import dev.zvpg.internal.catalog.Catalog;
import dev.zvpg.internal.catalog.CopyRecord;
import dev.zvpg.internal.catalog.Provenance;
import dev.zvpg.internal.catalog.Start;
import dev.zvpg.internal.home.Locks;
import dev.zvpg.internal.io.LoopbackPort;
import dev.zvpg.server.DataDirectory;
import dev.zvpg.server.Finding;
import dev.zvpg.server.Lifetime;
import dev.zvpg.server.PortTakenException;
import dev.zvpg.server.Server;
import dev.zvpg.server.ServerSpec;
import dev.zvpg.server.ServerState;
import dev.zvpg.storage.AttributeChange;
import dev.zvpg.storage.VolumeId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;

/** Starts, finds and stops the servers of working copies, and gives out their ports. Thread-safe. */
public final class Servers {

    private final Context context;
    private final RestingPorts resting;

    Servers(Context context) {
        this.context = context;
        this.resting = new RestingPorts(context);
    }

    public Optional<Server> find(CopyRecord copy) {
        return context.launcher().find(spec(copy));
    }

    public ServerState state(CopyRecord copy) {
        try {
            if (find(copy).isPresent()) {
                return ServerState.RUNNING;
            }
        } catch (InUseException e) { // where it cannot be found from here
            return ServerState.RUNNING;
        }
        try {
            DataDirectory data =
                    context.launcher().inspect(context.location(copy.volume().id()));
            return data.state() == DataDirectory.State.CRASHED ? ServerState.CRASHED : ServerState.STOPPED;
        } catch (ConfigurationException e) { // it cannot be started or versioned as it is, but it can be looked at
            return ServerState.STOPPED;
        }
    }

    /** Starts the server unless it runs. Called under the working copy's lock. */
    public Server start(CopyRecord copy) {
        return running(copy).orElseGet(() -> launch(copy));
    }

    /** Finds the server, and finishes what is left of its start. */
    private Optional<Server> running(CopyRecord copy) {
        context.mount(copy.volume().id());
        Optional<Server> running = find(copy);
        try {
            running.ifPresent(Server::finishStart);
        } catch (ServerException e) {
            if (running.orElseThrow().isRunning()) {
                throw e;
            }
            return Optional.empty(); // whoever began it is gone, and perhaps its port too; we begin another
        }
        running.filter(server -> !server.findings().isEmpty()) // which a server that was found has only by this
                .ifPresent(server ->
                        context.events().tell(new Event.FirstStartFinished(Events.ref(copy.key()), server.findings())));
        return running;
    }

    /**
     * Makes a cluster this repository's that was another one's, before anything of it listens. That runs what is in it, so
     * it is done for whoever wants to start it and not for who has pushed it.
     */
    private List<Finding> takeOver(CopyRecord copy) {
        if (!copy.isForeign()) {
            return List.of();
        }
        Catalog catalog = context.catalog();
        CopyRecord now = catalog.require(copy.key());
        if (!now.isForeign()) { // it was started since it was looked at
            return List.of();
        }
        VolumeId volume = copy.volume().id();
        Path data = context.location(volume);
        List<Finding> findings = context.launcher().takeOver(data, context.credentials(), copy.settings());
        // what it began as may be deleted: then its head is less than it has
        Map<String, String> start = catalog.head(now)
                .filter(head -> now.kind() == CopyRecord.Kind.CLONE || DirtyCheck.isImageOf(now, head))
                .map(head -> new Start(head.id(), context.launcher().position(data)))
                .map(known -> Map.of(CopyRecord.START, known.text()))
                .orElse(Map.of());
        context.storage()
                .update(List.of(new AttributeChange(volume, start, Set.of(Provenance.FOREIGN, CopyRecord.UNTOUCHED))));
        return findings;
    }

    private Server launch(CopyRecord copy) {
        long began = System.nanoTime();
        context.mount(copy.volume().id());
        List<Finding> findings = new ArrayList<>(takeOver(copy));
        if (copy.untouched().isPresent()) { // from here on it may be written to
            context.storage()
                    .update(List.of(new AttributeChange(copy.volume().id(), Map.of(), Set.of(CopyRecord.UNTOUCHED))));
        }
        ServerSpec spec = spec(copy);
        Set<Integer> refused = new HashSet<>();
        while (true) {
            try {
                Server server = context.launcher().start(spec);
                findings.addAll(server.findings());
                context.events()
                        .tell(new Event.ServerStarted(
                                Events.ref(copy.key()),
                                server.port(),
                                findings,
                                Duration.ofNanos(System.nanoTime() - began)));
                return server;
            } catch (PortTakenException e) {
                if (copy.portFixed()) {
                    throw new InUseException(
                            "cannot start " + copy.kind().word() + " " + copy.name() + ": port " + e.port()
                                    + " is taken by another program",
                            "stop that, or make a " + copy.kind().word() + " on another port",
                            e);
                }
                refused.add(e.port());
                spec = spec.withPort(move(copy, refused));
            }
        }
    }

    /** Keeps a server running. Closing it leaves the server as it was found. */
    public record Running(Server server, Runnable end) implements AutoCloseable {
        @Override
        public void close() {
            end.run();
        }
    }

    /** Starts the server for a while, unless it runs anyway. Called under the working copy's lock. */
    public Running borrow(CopyRecord copy) {
        context.home().requireLiving();
        Optional<Server> running = running(copy);
        if (running.isPresent()) {
            return new Running(running.get(), () -> {});
        }
        // it may get another port
        return new Running(launch(copy), () -> stop(context.catalog().require(copy.key())));
    }

    /** Stops the server if it runs. Called under the working copy's lock. */
    public void stop(CopyRecord copy) {
        stop(copy, Server::stop);
    }

    /** Stops the server in a certain way, and tells whether it ran. Called under the working copy's lock. */
    public boolean stop(CopyRecord copy, Consumer<Server> how) {
        context.mount(copy.volume().id());
        Optional<Server> server = find(copy);
        server.ifPresent(running -> {
            long began = System.nanoTime();
            how.accept(running);
            context.events()
                    .tell(new Event.ServerStopped(Events.ref(copy.key()), Duration.ofNanos(System.nanoTime() - began)));
        });
        return server.isPresent();
    }

    /** Gives a port to a new working copy. Called under the repository's lock, with the catalog read under it. */
    int assignPort(Catalog catalog, String what, OptionalInt wanted) {
        if (wanted.isEmpty()) {
            return nextFree(catalog, Set.of());
        }
        int port = wanted.getAsInt();
        if (!context.ports().contains(port)) {
            throw new ConfigurationException(
                    "cannot create " + what + ": port " + port + " is outside the repository's range "
                            + context.ports(),
                    "choose one inside, or omit the port");
        }
        catalog.copies().stream()
                .filter(copy -> copy.port() == port)
                .findFirst()
                .ifPresent(copy -> {
                    throw new InUseException(
                            "cannot create " + what + ": port " + port + " is taken by "
                                    + copy.kind().word() + " " + copy.name(),
                            "choose another or omit the port");
                });
        return port;
    }

    /** Takes the port back of a working copy that is deleted. Called under the repository's lock. */
    void takeBackPort(CopyRecord copy) {
        resting.rest(copy.port());
    }

    private int move(CopyRecord copy, Set<Integer> refused) {
        try (Locks.Held held = context.locks().repository()) {
            int port = nextFree(context.catalog(), refused);
            context.storage()
                    .update(List.of(
                            AttributeChange.set(copy.volume().id(), Map.of(CopyRecord.PORT, Integer.toString(port)))));
            return port;
        }
    }

    private int nextFree(Catalog catalog, Set<Integer> refused) {
        Set<Integer> taken = new HashSet<>(refused);
        catalog.copies().forEach(copy -> taken.add(copy.port()));
        return resting.inOrder()
                .filter(port -> !taken.contains(port) && canBind(port))
                .findFirst()
                .orElseThrow(() -> new InUseException(
                        "no port of the repository's range " + context.ports() + " is free",
                        "delete branches or clones, or widen the range"));
    }

    /** A cheap look before the leap; the server may still lose the race for the port, and then tries the next. */
    static boolean canBind(int port) {
        try {
            LoopbackPort.probe(port);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    ServerSpec spec(CopyRecord copy) {
        return new ServerSpec(
                context.location(copy.volume().id()),
                context.home().runDirectory(copy.id()),
                copy.port(),
                context.credentials(),
                copy.settings(),
                Lifetime.DETACHED,
                copy.isOriginal());
    }
}
