/** Versions PostgreSQL clusters like git versions code; see {@link dev.zvpg} for the design. */
@SuppressWarnings("module") // those that it names are built after it
module dev.zvpg.core {
    requires transitive java.sql;
    requires transitive org.jspecify;
    requires com.fasterxml.jackson.databind;
    requires org.slf4j;

    uses dev.zvpg.config.LauncherProvider;
    uses dev.zvpg.config.StorageProvider;

    exports dev.zvpg;
    exports dev.zvpg.config;
    exports dev.zvpg.diff;
    exports dev.zvpg.directory;
    exports dev.zvpg.error;
    exports dev.zvpg.info;
    exports dev.zvpg.internal.io to
            dev.zvpg.postgres,
            dev.zvpg.zfs;
    exports dev.zvpg.merge;
    exports dev.zvpg.option;
    exports dev.zvpg.remote;
    exports dev.zvpg.server;
    exports dev.zvpg.storage;
}
