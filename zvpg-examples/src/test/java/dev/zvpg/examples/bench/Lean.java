package dev.zvpg.examples.bench;

import java.util.Map;

/** What a server that is thrown away does without. */
final class Lean {

    static final Map<String, String> SETTINGS = Map.of(
            "fsync", "off",
            "synchronous_commit", "off",
            "full_page_writes", "off",
            "shared_buffers", "16MB",
            "autovacuum", "off",
            "max_wal_senders", "0",
            "wal_level", "minimal",
            "io_method", "sync");

    private Lean() {}
}
