package dev.zvpg;

/** The verbs of an open repository, for its handles. Thread-safe. */
record Operations(Context context, Servers servers, Snapshots snapshots, Copies copies, Resets resets, Facts facts) {

    static Operations of(Context context) {
        Servers servers = new Servers(context);
        Snapshots snapshots = new Snapshots(context, servers);
        Copies copies = new Copies(context, servers, snapshots);
        return new Operations(
                context,
                servers,
                snapshots,
                copies,
                new Resets(context, servers, snapshots, copies),
                new Facts(context, servers));
    }
}
