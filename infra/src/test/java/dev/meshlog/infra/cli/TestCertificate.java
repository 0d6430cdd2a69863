package dev.meshlog.infra.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Keys for servers at 127.0.0.1. */
final class TestCertificate {
    private static final long KEYTOOL_SECONDS = 120;

    private TestCertificate() {}

    /** A key with its certificate in NAME.p12, and the certificate alone in the file that is returned. */
    static Path make(Path directory, String name, String password) throws Exception {
        String store = directory.resolve(name + ".p12").toString();
        Path pem = directory.resolve(name + ".pem");
        keytool(
                directory,
                "-genkeypair",
                "-alias",
                name,
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + name,
                "-ext",
                "san=ip:127.0.0.1",
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-storepass",
                password,
                "-keystore",
                store);
        keytool(
                directory,
                "-exportcert",
                "-rfc",
                "-alias",
                name,
                "-storepass",
                password,
                "-keystore",
                store,
                "-file",
                pem.toString());
        return pem;
    }

    private static void keytool(Path directory, String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        Path output = directory.resolve("keytool.out");
        Process keytool = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(keytool.waitFor(KEYTOOL_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(keytool.exitValue()).as(Files.readString(output)).isZero();
    }
}
