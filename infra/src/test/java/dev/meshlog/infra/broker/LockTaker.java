package dev.meshlog.infra.broker;

import dev.meshlog.infra.UserError;
import java.nio.file.Path;

/** A process that tries to take a data directory and says how it went. */
final class LockTaker {
    private LockTaker() {}

    public static void main(String[] args) {
        try (DataDirectory directory = DataDirectory.open(Path.of(args[0]))) {
            System.out.println("taken " + directory.clusterId());
        } catch (UserError e) {
            System.out.println("refused");
        }
    }
}
