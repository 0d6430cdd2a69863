package dev.meshlog.infra.config;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.meshlog.infra.UserError;
import dev.meshlog.infra.radio.NodeImport;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@code meshlog.yaml}. Every key has a default; an unknown key is an error that names it. The commented example that {@code meshlog config example}
 * prints shows all of them with their defaults.
 */
public record MeshlogConfig(
        @Nullable Broker broker,
        @Nullable Kafka kafka,
        @Nullable Radio radio,
        @Nullable Ledger ledger,
        @Nullable Snapshots snapshots,
        @Nullable HttpConfig http) {
    private static final ObjectMapper YAML = YAMLMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .build();

    public static final MeshlogConfig DEFAULTS = new MeshlogConfig(null, null, null, null, null, null);

    /** The radio side alone. */
    public static final MeshlogConfig NO_LEDGER =
            new MeshlogConfig(null, null, null, new Ledger(false, null, null, null, null, null, null), null, null);

    public MeshlogConfig {
        broker = broker == null ? new Broker(null) : broker;
        radio = radio == null ? new Radio(null, null, null, null, null, null) : radio;
        ledger = ledger == null ? new Ledger(null, null, null, null, null, null, null) : ledger;
        snapshots = snapshots == null ? new Snapshots(null, null, null, null) : snapshots;
        http = http == null ? new HttpConfig(null, null, null, null, null) : http;
        require(radio.enabled() || ledger.enabled(), "radio.enabled, ledger.enabled", "true, one of them at least");
    }

    /** The same with another radio side. */
    public MeshlogConfig with(Radio other) {
        return new MeshlogConfig(broker, kafka, other, ledger, snapshots, http);
    }

    /** The same with another ledger side. */
    public MeshlogConfig with(Ledger other) {
        return new MeshlogConfig(broker, kafka, radio, other, snapshots, http);
    }

    @Override
    public Broker broker() {
        return Objects.requireNonNull(broker);
    }

    @Override
    public Radio radio() {
        return Objects.requireNonNull(radio);
    }

    @Override
    public Ledger ledger() {
        return Objects.requireNonNull(ledger);
    }

    @Override
    public Snapshots snapshots() {
        return Objects.requireNonNull(snapshots);
    }

    @Override
    public HttpConfig http() {
        return Objects.requireNonNull(http);
    }

    /**
     * The embedded broker.
     *
     * @param port of its client listener on 127.0.0.1; 0: any free one
     */
    public record Broker(@Nullable Integer port) {
        public static final int DEFAULT_PORT = 19092;

        public Broker {
            port = port == null ? DEFAULT_PORT : port;
            require(port >= 0 && port <= 65_535, "broker.port", "a port number, 0 to 65535");
        }

        @Override
        public Integer port() {
            return Objects.requireNonNull(port);
        }
    }

    /**
     * An existing cluster; with it nothing is embedded.
     *
     * @param configFile Kafka client properties
     */
    public record Kafka(
            @Nullable String bootstrapServers, @Nullable String configFile) {
        public Kafka {
            require(bootstrapServers != null || configFile != null, "kafka", "bootstrapServers, configFile or both");
        }
    }

    /**
     * The radio side: links, tables, virtual nodes.
     *
     * @param enabled a node of a ledger's network needs none of it
     */
    public record Radio(
            @Nullable Boolean enabled,
            @Nullable List<LinkSettings> links,
            @Nullable List<Channel> channels,
            @Nullable List<PrivateKeyConfig> privateKeys,
            @Nullable RadioLimitsConfig limits,
            @Nullable List<VirtualNodeConfig> virtualNodes) {
        public Radio {
            enabled = enabled == null || enabled;
            privateKeys = privateKeys == null ? List.of() : List.copyOf(privateKeys);
            limits = limits == null ? new RadioLimitsConfig(null, null, null) : limits;
            links = links == null ? List.of() : List.copyOf(links);
            channels = channels == null ? List.of() : List.copyOf(channels);
            var names = links.stream().map(LinkSettings::name).collect(Collectors.toSet());
            require(names.size() == links.size(), "radio.links", "a different name for each link");
            require(
                    !names.contains(NodeImport.LINK),
                    "radio.links.name",
                    "another name than '" + NodeImport.LINK + "', which imported nodes have");
            LinkSettings.requireDifferentPlaces(links);
            virtualNodes = virtualNodes == null ? List.of() : List.copyOf(virtualNodes);
            VirtualNodeConfig.requireFitting(virtualNodes, links);
            require(
                    enabled || (links.isEmpty() && virtualNodes.isEmpty()),
                    "radio.enabled",
                    "true where there are links or virtual nodes");
        }

        @Override
        public Boolean enabled() {
            return Objects.requireNonNull(enabled);
        }

        /** The same with more. */
        public Radio with(List<LinkSettings> moreLinks, List<VirtualNodeConfig> moreNodes) {
            return new Radio(
                    enabled,
                    Stream.concat(links().stream(), moreLinks.stream()).toList(),
                    channels,
                    privateKeys,
                    limits,
                    Stream.concat(virtualNodes().stream(), moreNodes.stream()).toList());
        }

        @Override
        public List<LinkSettings> links() {
            return Objects.requireNonNull(links);
        }

        @Override
        public List<Channel> channels() {
            return Objects.requireNonNull(channels);
        }

        @Override
        public List<PrivateKeyConfig> privateKeys() {
            return Objects.requireNonNull(privateKeys);
        }

        @Override
        public RadioLimitsConfig limits() {
            return Objects.requireNonNull(limits);
        }

        @Override
        public List<VirtualNodeConfig> virtualNodes() {
            return Objects.requireNonNull(virtualNodes);
        }
    }

    /**
     * A channel whose packets are decrypted.
     *
     * @param psk base64, as the radio's settings show it
     */
    public record Channel(
            @JsonProperty(required = true) String name,
            @JsonProperty(required = true) String psk) {
        @Override
        public String toString() {
            return "Channel[name=" + name + "]";
        }
    }

    /**
     * The ledger.
     *
     * @param genesis file; absent: {@code genesis.json} of the data directory, made on first start
     * @param key PEM file of the validator; absent: {@code keys/validator.pem} of the data directory, made on first start
     * @param minRoundIntervalMs least time between two vertices of ours
     * @param idleRoundIntervalMs time between two vertices when there is nothing to order
     * @param gossip where peers are
     * @param join how a new node comes to its state
     */
    public record Ledger(
            @Nullable Boolean enabled,
            @Nullable String mode,
            @Nullable String genesis,
            @Nullable String key,
            @Nullable Integer minRoundIntervalMs,
            @Nullable Integer idleRoundIntervalMs,
            @Nullable GossipConfig gossip,
            @Nullable JoinConfig join) {
        /** With the defaults of joining. */
        public Ledger(
                @Nullable Boolean enabled,
                @Nullable String mode,
                @Nullable String genesis,
                @Nullable String key,
                @Nullable Integer minRoundIntervalMs,
                @Nullable Integer idleRoundIntervalMs,
                @Nullable GossipConfig gossip) {
            this(enabled, mode, genesis, key, minRoundIntervalMs, idleRoundIntervalMs, gossip, null);
        }

        public Ledger {
            enabled = enabled == null || enabled;
            mode = mode == null ? LedgerMode.BOOTSTRAP.text() : mode;
            gossip = gossip == null ? new GossipConfig(null, null, null) : gossip;
            join = join == null ? JoinConfig.DEFAULTS : join;
            minRoundIntervalMs = minRoundIntervalMs == null ? 100 : minRoundIntervalMs;
            idleRoundIntervalMs = idleRoundIntervalMs == null ? 5_000 : idleRoundIntervalMs;
            boolean isFirst = LedgerMode.of(mode) == LedgerMode.BOOTSTRAP;
            require(LedgerMode.of(mode) != null, "ledger.mode", "bootstrap, validator or listener");
            require(
                    isFirst || !enabled || gossip.isOpen(),
                    "ledger.gossip",
                    "listen or join: a " + mode + " has peers");
            require(
                    isFirst || !enabled || genesis != null,
                    "ledger.genesis",
                    "the genesis file of the network to join");
            require(minRoundIntervalMs >= 1, "ledger.minRoundIntervalMs", "at least 1");
            require(
                    idleRoundIntervalMs >= minRoundIntervalMs,
                    "ledger.idleRoundIntervalMs",
                    "at least minRoundIntervalMs");
        }

        @Override
        public Boolean enabled() {
            return Objects.requireNonNull(enabled);
        }

        @JsonIgnore
        public LedgerMode place() {
            return Objects.requireNonNull(LedgerMode.of(Objects.requireNonNull(mode)));
        }

        @Override
        public GossipConfig gossip() {
            return Objects.requireNonNull(gossip);
        }

        @Override
        public JoinConfig join() {
            return Objects.requireNonNull(join);
        }

        /** The same as another node of a network. */
        public Ledger as(
                LedgerMode other, @Nullable String otherGenesis, GossipConfig otherGossip, JoinConfig otherJoin) {
            return new Ledger(
                    enabled,
                    other.text(),
                    otherGenesis == null ? genesis : otherGenesis,
                    key,
                    minRoundIntervalMs,
                    idleRoundIntervalMs,
                    otherGossip,
                    otherJoin);
        }

        @Override
        public Integer minRoundIntervalMs() {
            return Objects.requireNonNull(minRoundIntervalMs);
        }

        @Override
        public Integer idleRoundIntervalMs() {
            return Objects.requireNonNull(idleRoundIntervalMs);
        }
    }

    /**
     * Snapshots of the committed state.
     *
     * @param keep how many of the newest are kept, at least 3
     * @param shortenLog whether verified vertices go that no kept snapshot needs
     * @param keepLogFor how long they stay nevertheless: a number with s, m, h or d
     */
    public record Snapshots(
            @Nullable Integer intervalSeconds,
            @Nullable Integer keep,
            @Nullable Boolean shortenLog,
            @Nullable String keepLogFor) {
        public Snapshots {
            intervalSeconds = intervalSeconds == null ? 10 : intervalSeconds;
            keep = keep == null ? 3 : keep;
            require(intervalSeconds >= 1, "snapshots.intervalSeconds", "at least 1");
            shortenLog = shortenLog != null && shortenLog;
            keepLogFor = keepLogFor == null ? "7d" : keepLogFor;
            require(keep >= 3, "snapshots.keep", "at least 3");
            require(
                    keepLogFor.matches("[0-9]{1,6}[smhd]"),
                    "snapshots.keepLogFor",
                    "a number of seconds, minutes, hours or days, such as 90s, 30m, 12h or 7d");
        }

        /** What is younger stays in the verified log; empty: all of it does. */
        public Optional<Duration> keepLog() {
            if (!Boolean.TRUE.equals(shortenLog)) {
                return Optional.empty();
            }
            String text = Objects.requireNonNull(keepLogFor).toUpperCase(Locale.ROOT);
            return Optional.of(Duration.parse(text.endsWith("D") ? "P" + text : "PT" + text));
        }

        @Override
        public Integer intervalSeconds() {
            return Objects.requireNonNull(intervalSeconds);
        }

        @Override
        public Integer keep() {
            return Objects.requireNonNull(keep);
        }
    }

    /**
     * The configuration that was named, else that of the working directory, else that of the data directory, else the defaults.
     *
     * @throws UserError that names the file, the key and the place
     */
    public static MeshlogConfig find(@Nullable Path named, Path dataDirectory) {
        if (named != null) {
            return load(named);
        }
        Path here = Path.of("meshlog.yaml");
        Path inData = dataDirectory.resolve("meshlog.yaml");
        if (Files.exists(here)) {
            return load(here);
        }
        return Files.exists(inData) ? load(inData) : DEFAULTS;
    }

    /** @throws UserError that names the file, the key and the place */
    public static MeshlogConfig load(Path file) {
        String text;
        try {
            text = Files.readString(file);
        } catch (IOException e) {
            throw new UserError(
                    "can't read the configuration " + file + ": " + e, "check the path given with --config", e);
        }
        return parse(text, file.toString());
    }

    static MeshlogConfig parse(String text, String where) {
        if (text.lines().allMatch(line -> line.isBlank() || line.stripLeading().startsWith("#"))) {
            return DEFAULTS;
        }
        try {
            MeshlogConfig config = YAML.readValue(text, MeshlogConfig.class);
            return config == null ? DEFAULTS : config;
        } catch (UnrecognizedPropertyException e) {
            throw wrong(
                    where,
                    e,
                    "unknown key '" + e.getPropertyName() + "'; known here: "
                            + e.getKnownPropertyIds().stream()
                                    .map(String::valueOf)
                                    .sorted()
                                    .collect(Collectors.joining(", ")));
        } catch (JsonMappingException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw wrong(
                    where,
                    e,
                    String.valueOf(cause.getMessage()).lines().findFirst().orElse("not understood"));
        } catch (IOException e) {
            throw new UserError(
                    where + " is not YAML: "
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
                    "compare it with 'meshlog config example'",
                    e);
        }
    }

    /** The commented example; it is a legal configuration. */
    public static String example() {
        try (InputStream in = MeshlogConfig.class.getResourceAsStream("example.yaml")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("example.yaml", e);
        }
    }

    private static UserError wrong(String where, JsonMappingException e, String what) {
        String path = e.getPath().stream()
                .map(step -> step.getFieldName() == null ? "[" + step.getIndex() + "]" : step.getFieldName())
                .collect(Collectors.joining("."))
                .replace(".[", "[");
        int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
        return new UserError(
                where + (line > 0 ? " line " + line : "") + (path.isEmpty() ? "" : ", " + path) + ": " + what,
                "compare it with 'meshlog config example'",
                e);
    }

    static void require(boolean holds, String key, String wanted) {
        if (!holds) {
            throw new IllegalArgumentException(key + " must be " + wanted);
        }
    }
}
