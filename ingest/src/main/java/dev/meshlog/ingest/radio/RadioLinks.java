package dev.meshlog.ingest.radio;

import dev.meshlog.ingest.LinkConfig;
import java.util.Locale;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/** The kinds of links that reach a radio directly. */
public final class RadioLinks {
    /** Where radios listen in the network, and where they send to everybody. */
    public static final int PORT = 4403;

    public static final int BAUD_RATE = 115_200;
    /** To which radios send what is for everybody. */
    public static final String GROUP = "224.0.0.69";

    private RadioLinks() {}

    /** A radio in the network, or a program that speaks its protocol. */
    public static LinkConfig.Live tcp(String host, int port, Timing timing, long spoolBytes) {
        String place = "tcp " + host.toLowerCase(Locale.ROOT) + ":" + port;
        return new LinkConfig.Live(
                place,
                spoolBytes,
                (link, context) -> new RadioSource(
                        link,
                        place,
                        new TcpConnector(host, port, SocketFactory.getDefault()),
                        timing,
                        context,
                        System::nanoTime));
    }

    /** A radio on a serial port. */
    public static LinkConfig.Live serial(String device, int baudRate, Timing timing, long spoolBytes) {
        String place = "serial " + device;
        return new LinkConfig.Live(
                place,
                spoolBytes,
                (link, context) -> new RadioSource(
                        link, place, new SerialConnector(device, baudRate), timing, context, System::nanoTime));
    }

    /** Radios that send their packets to a multicast group. */
    public static LinkConfig.Live udp(String group, int port, @Nullable String networkInterface, long spoolBytes) {
        String place = "udp " + group + ":" + port + (networkInterface == null ? "" : " on " + networkInterface);
        return new LinkConfig.Live(
                place, spoolBytes, (link, context) -> new UdpSource(place, group, port, networkInterface, context));
    }
}
