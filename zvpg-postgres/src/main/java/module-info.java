/** PostgreSQL for ZVPG: installations, data directories and servers; see {@link dev.zvpg.postgres} for the design. */
module dev.zvpg.postgres {
    requires transitive dev.zvpg.core;
    requires java.naming;
    requires org.postgresql.jdbc;
    requires org.slf4j;
    requires static org.apache.commons.compress;
    requires static org.checkerframework.checker.qual;
    requires static org.tukaani.xz;
    requires static pgcodekeeper.core;
    requires static transitive org.junit.jupiter.api;

    exports dev.zvpg.postgres;
    exports dev.zvpg.postgres.junit;
    exports dev.zvpg.postgres.prepared;

    provides dev.zvpg.config.LauncherProvider with
            dev.zvpg.postgres.PostgresProvider;
}
