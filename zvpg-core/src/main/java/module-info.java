/** Versions PostgreSQL clusters like git versions code; see {@link dev.zvpg} for the design. */
@SuppressWarnings("module") // the other modules are compiled after this one
module dev.zvpg.core {
    requires transitive java.sql;
    requires transitive org.jspecify;
    requires com.fasterxml.jackson.databind;
    requires org.slf4j;

    uses dev.zvpg.server.LauncherProvider;
    uses dev.zvpg.storage.StorageProvider;

    exports dev.zvpg;
    exports dev.zvpg.server;
    exports dev.zvpg.storage;
    exports dev.zvpg.internal.io to
            dev.zvpg.postgres,
            dev.zvpg.zfs;
}
