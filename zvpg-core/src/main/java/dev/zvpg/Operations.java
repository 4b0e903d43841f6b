package dev.zvpg;

/** The verbs of an open repository, for its handles. Thread-safe. */
record Operations(
        Context context,
        Servers servers,
        Snapshots snapshots,
        CopyFactory copies,
        Branches branches,
        Deletions deletions,
        DirtyCheck work,
        Resets resets,
        Merges merges,
        InfoReader facts,
        Scratches scratches) {

    static Operations of(Context context) {
        Servers servers = new Servers(context);
        Snapshots snapshots = new Snapshots(context, servers);
        CopyFactory copies = new CopyFactory(context, servers);
        DirtyCheck work = new DirtyCheck(context, servers);
        Moves moves = new Moves(context, servers, copies);
        return new Operations(
                context,
                servers,
                snapshots,
                copies,
                new Branches(context, snapshots, copies),
                new Deletions(context, servers, snapshots, copies),
                work,
                new Resets(context, snapshots, work, moves),
                new Merges(context, snapshots, work, moves),
                new InfoReader(context, servers),
                new Scratches(context));
    }
}
