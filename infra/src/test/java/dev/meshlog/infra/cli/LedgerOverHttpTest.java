package dev.meshlog.infra.cli;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The ledger's commands against a node with a broker, as people use them: by subject in a file each, on one node for all. */
@SuppressWarnings("NullAway.Init") // set by start
class LedgerOverHttpTest implements TransactionCommands, ProofCommands, RecoveryCommands {
    @TempDir
    private static Path directory;

    private static RunningLedger ledger;

    @BeforeAll
    static void start() throws Exception {
        ledger = new RunningLedger(directory);
    }

    @AfterAll
    static void stop() {
        ledger.close();
    }

    @Override
    public RunningLedger ledger() {
        return ledger;
    }
}
