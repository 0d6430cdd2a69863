package dev.meshlog.infra.broker;

import java.io.IOException;
import java.nio.file.Path;

/** A process that holds a data directory until it is killed. */
final class LockHolder {
    private LockHolder() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        DataDirectory directory = DataDirectory.open(Path.of(args[0]));
        directory.publishEndpoint("127.0.0.1:1234");
        System.out.println("held");
        Thread.currentThread().join();
    }
}
