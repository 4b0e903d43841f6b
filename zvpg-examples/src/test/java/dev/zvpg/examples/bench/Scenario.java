package dev.zvpg.examples.bench;

import dev.zvpg.examples.bench.report.Report;

/** Measures one thing on one file system. */
interface Scenario {

    /** What it is about, as a heading. */
    String title();

    /** Measures, and adds what came out to the report. */
    void measure(Ground ground, Report report) throws Exception;
}
