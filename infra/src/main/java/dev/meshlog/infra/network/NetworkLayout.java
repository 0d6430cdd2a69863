package dev.meshlog.infra.network;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meshlog.infra.UserError;
import dev.meshlog.infra.config.LedgerMode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Who belongs to the network: {@code network.json} of its directory. */
record NetworkLayout(int format, List<Member> members) {
    private static final int FORMAT = 1;
    private static final String FILE = "network.json";
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    NetworkLayout {
        if (format != FORMAT) {
            throw new IllegalArgumentException("format " + format + " is not known, only " + FORMAT);
        }
        members = List.copyOf(members);
    }

    /** @param reachedAt what others are told instead of the address where a node listens */
    static NetworkLayout plan(int validators, int listeners, FreePorts ports, UnaryOperator<String> reachedAt) {
        var layout = new NetworkLayout(FORMAT, List.of());
        for (int i = 0; i < validators; i++) {
            layout = layout.with(LedgerMode.VALIDATOR, ports, reachedAt);
        }
        for (int i = 0; i < listeners; i++) {
            layout = layout.with(LedgerMode.LISTENER, ports, reachedAt);
        }
        return layout;
    }

    /** One more, behind the others. */
    NetworkLayout with(LedgerMode mode, FreePorts ports, UnaryOperator<String> reachedAt) {
        long before = members.stream().filter(each -> each.mode() == mode).count();
        String gossip = Member.HOST + ":" + ports.next();
        var all = new ArrayList<>(members);
        all.add(new Member(
                mode.text() + "-" + (before + 1), mode, gossip, reachedAt.apply(gossip), ports.next(), ports.next()));
        return new NetworkLayout(format, all);
    }

    List<Member> validators() {
        return members.stream().filter(Member::isValidator).toList();
    }

    static boolean isIn(Path directory) {
        return Files.exists(directory.resolve(FILE));
    }

    /** @throws UserError when the file is none of ours */
    static NetworkLayout read(Path directory) {
        Path file = directory.resolve(FILE);
        try {
            return JSON.readValue(file.toFile(), NetworkLayout.class);
        } catch (IOException e) {
            throw new UserError(
                    file + " can't be read: " + e.getMessage(),
                    "it is written by 'meshlog local'; choose another directory with --data",
                    e);
        }
    }

    void write(Path directory) {
        Path file = directory.resolve(FILE);
        Path partial = directory.resolve(FILE + ".partial");
        try {
            Files.writeString(partial, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this) + "\n");
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }
}
