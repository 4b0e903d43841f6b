package dev.zvpg;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Makes the records that tell facts. Thread-safe. */
final class InfoReader {

    private final Context context;
    private final Servers servers;
    private final Doctor doctor;

    InfoReader(Context context, Servers servers) {
        this.context = context;
        this.servers = servers;
        this.doctor = new Doctor(context, servers);
    }

    BranchInfo branch(Catalog catalog, CopyRecord copy) {
        return branch(
                catalog,
                copy,
                servers.state(copy),
                context.dataDirectory(copy.volume().id()));
    }

    private static BranchInfo branch(Catalog catalog, CopyRecord copy, ServerState state, Path directory) {
        return new BranchInfo(
                copy.name(),
                copy.created(),
                copy.base().flatMap(catalog::snapshot).map(catalog::ref),
                catalog.head(copy).map(catalog::ref),
                state,
                copy.port(),
                directory,
                copy.volume().usedBytes(),
                copy.volume().referencedBytes());
    }

    CloneInfo clone(Catalog catalog, CopyRecord copy) {
        return clone(
                catalog,
                copy,
                servers.state(copy),
                context.dataDirectory(copy.volume().id()));
    }

    private static CloneInfo clone(Catalog catalog, CopyRecord copy, ServerState state, Path directory) {
        return new CloneInfo(
                copy.name(),
                copy.created(),
                copy.base().flatMap(catalog::snapshot).map(catalog::ref),
                state,
                copy.port(),
                directory,
                copy.expires(),
                copy.isProtected(),
                copy.volume().usedBytes(),
                copy.volume().referencedBytes());
    }

    Status status() {
        Catalog catalog = context.catalog();
        List<Doctor.Examined> examined = examine(catalog);
        return new Status(
                infos(
                        examined,
                        CopyRecord.Kind.BRANCH,
                        (copy, state, directory) -> branch(catalog, copy, state, directory)),
                catalog.snapshots().stream().map(image -> image.info(catalog)).toList(),
                infos(
                        examined,
                        CopyRecord.Kind.CLONE,
                        (copy, state, directory) -> clone(catalog, copy, state, directory)),
                context.storage().toString(),
                context.launcher().version(),
                catalog.foreign(),
                Space.of(catalog),
                doctor.problems(catalog, examined));
    }

    List<Problem> problems() {
        Catalog catalog = context.catalog();
        List<Doctor.Examined> examined = examine(catalog);
        List<Problem> problems = new ArrayList<>(doctor.problems(catalog, examined));
        problems.addAll(doctor.askServers(examined));
        return List.copyOf(problems);
    }

    private List<Doctor.Examined> examine(Catalog catalog) {
        return catalog.copies().stream()
                .flatMap(copy -> doctor.examine(copy).stream())
                .toList();
    }

    /** Makes a record of what a look at a branch or clone found. */
    private interface Telling<T> {
        T tell(CopyRecord copy, ServerState state, Path directory);
    }

    private static <T> List<T> infos(List<Doctor.Examined> examined, CopyRecord.Kind kind, Telling<T> telling) {
        return examined.stream()
                .filter(one -> one.copy().kind() == kind)
                .flatMap(one ->
                        one.directory().stream().map(directory -> telling.tell(one.copy(), one.state(), directory)))
                .toList();
    }
}
