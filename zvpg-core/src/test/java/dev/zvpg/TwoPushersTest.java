package dev.zvpg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.zvpg.internal.remote.Transfers;
import dev.zvpg.remote.PushOptions;
import dev.zvpg.remote.PushResult;
import dev.zvpg.remote.Remote;
import dev.zvpg.remote.RemoteOptions;
import dev.zvpg.storage.Storage;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** Two give the same snapshot at the same moment, to a storage that does not look whether its identity is used already. */
class TwoPushersTest extends TwoRepositories {

    private final CyclicBarrier both = new CyclicBarrier(2);
    private final List<String> taken = new CopyOnWriteArrayList<>();

    @Override
    protected Storage openStorage(String name) {
        Storage real = super.openStorage(name);
        if (!name.equals("theirs")) {
            return real;
        }
        return (Storage) Proxy.newProxyInstance(
                Storage.class.getClassLoader(), new Class<?>[] {Storage.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("snapshot")) {
                        taken.add(arguments[1].toString());
                        meet();
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private void meet() throws InterruptedException {
        try {
            both.await(2, TimeUnit.SECONDS);
        } catch (TimeoutException | BrokenBarrierException e) {
            // they take turns
        }
    }

    private CompletableFuture<PushResult> pushLater(Repository repo, String branch) {
        Remote remote = connect();
        return CompletableFuture.supplyAsync(() -> new Transfers(repo.operations())
                .push(
                        "origin",
                        remote,
                        RemoteOptions.DEFAULT,
                        repo.branch(branch).key(),
                        PushOptions.DEFAULT));
    }

    @Test
    void bothSucceedAndItIsThereOnce() {
        Snapshot w1 = commit(ours.branch("main"), "w1", "a", "1");
        ours.branch("main").branch("one");
        Path file = directory.resolve("w1.bundle");
        ours.remotes().bundle(w1, Optional.empty(), file);
        try (Repository third = zvpg("third").init()) {
            third.remotes().unbundle(file).branch("two");
            CompletableFuture<PushResult> one = pushLater(ours, "one");
            CompletableFuture<PushResult> two = pushLater(third, "two");
            assertThat(one.join().isAccepted()).isTrue();
            assertThat(two.join().isAccepted()).isTrue();
        }
        assertThat(taken).containsExactly(w1.id());
        for (String branch : new String[] {"one", "two"}) {
            assertThat(theirs.branch(branch).head()).map(Snapshot::id).contains(w1.id());
        }
        requireNothingLeft("theirs");
    }
}
