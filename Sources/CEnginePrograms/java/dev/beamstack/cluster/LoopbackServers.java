package dev.beamstack.cluster;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsServer;
import com.sun.net.httpserver.spi.HttpServerProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import sun.net.httpserver.DefaultHttpServerProvider;

/**
 * Makes Java's own HTTP servers listen on this machine only, where their makers would listen on every network.
 *
 * <p>Flink's Prometheus reporter is one of them, and has no setting for its address.
 */
public final class LoopbackServers extends HttpServerProvider {
    private final HttpServerProvider standard = new DefaultHttpServerProvider();

    @Override
    public HttpServer createHttpServer(InetSocketAddress address, int backlog) throws IOException {
        return standard.createHttpServer(local(address), backlog);
    }

    @Override
    public HttpsServer createHttpsServer(InetSocketAddress address, int backlog) throws IOException {
        return standard.createHttpsServer(local(address), backlog);
    }

    private static InetSocketAddress local(InetSocketAddress address) throws IOException {
        if (address == null || !address.getAddress().isAnyLocalAddress()) {
            return address;
        }
        return new InetSocketAddress(InetAddress.getByName("127.0.0.1"), address.getPort());
    }
}
