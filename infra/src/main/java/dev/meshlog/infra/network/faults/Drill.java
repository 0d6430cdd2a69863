package dev.meshlog.infra.network.faults;

import java.io.IOException;

/** One thing that goes wrong, and what has to hold then. */
@FunctionalInterface
interface Drill {
    void run(Stage stage) throws IOException, InterruptedException;
}
