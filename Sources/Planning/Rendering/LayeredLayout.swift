/// Places the boxes of a directed acyclic graph in layers from top to bottom, with few crossings and straight edges.
///
/// Source: Sugiyama, Tagawa, Toda, "Methods for visual understanding of hierarchical system structures" (1981): layers
/// by longest path, one waypoint for each layer an edge crosses, order by barycentres, then horizontal places by
/// averages of neighbours with least-squares separation.
struct LayeredLayout {
    struct Point: Equatable {
        var x: Double
        var y: Double
    }

    struct Size {
        var width: Double
        var height: Double
    }

    /// The space between boxes of a layer, and between layers.
    static let horizontalGap = 28.0
    static let verticalGap = 52.0

    /// The centre of each box.
    private(set) var centers: [Point] = []
    /// For each edge the points it runs through, from the bottom of its source to the top of its target.
    private(set) var routes: [[Point]] = []
    private(set) var size = Size(width: 0, height: 0)

    /// Edges go from a box to one with a higher index; others are left out.
    init(boxes: [Size], edges: [(source: Int, target: Int)]) {
        guard !boxes.isEmpty else { return }
        var graph = LayerGraph(boxes: boxes, edges: edges)
        graph.reduceCrossings()
        graph.placeHorizontally()
        let left = graph.nodes.map { $0.x - $0.width / 2 }.min() ?? 0
        let right = graph.nodes.map { $0.x + $0.width / 2 }.max() ?? 0
        var y = 0.0
        var bands: [(top: Double, bottom: Double)] = []
        for layer in graph.layers {
            let height = layer.map { graph.nodes[$0].height }.max() ?? 0
            bands.append((y, y + height))
            y += height + Self.verticalGap
        }
        size = Size(width: right - left, height: y - Self.verticalGap)
        centers = boxes.indices.map { box in
            let band = bands[graph.nodes[box].layer]
            return Point(x: graph.nodes[box].x - left, y: (band.top + band.bottom) / 2)
        }
        // Straight down between the boxes of a layer, so that bends happen only between layers.
        routes = graph.chains.map { chain in
            chain.flatMap { node in
                let (x, band) = (graph.nodes[node].x - left, bands[graph.nodes[node].layer])
                return graph.nodes[node].isWaypoint
                    ? [Point(x: x, y: band.top), Point(x: x, y: band.bottom)] : [Point(x: x, y: band.top)]
            }
        }
        attachEnds(boxes: boxes, edges: edges)
    }

    /// Spreads the ends of edges over the bottom and top of their boxes, in the order in which they arrive.
    private mutating func attachEnds(boxes: [Size], edges: [(source: Int, target: Int)]) {
        for box in boxes.indices {
            let leaving = edges.indices.filter { edges[$0].source == box && routes[$0].count > 1 }
                .sorted { (routes[$0][1].x, $0) < (routes[$1][1].x, $1) }
            let arriving = edges.indices.filter { edges[$0].target == box && routes[$0].count > 1 }
                .sorted { (routes[$0][routes[$0].count - 2].x, $0) < (routes[$1][routes[$1].count - 2].x, $1) }
            for (slot, edge) in leaving.enumerated() {
                routes[edge][0].x = portX(box, boxes[box].width, slot, of: leaving.count)
                routes[edge][0].y = centers[box].y + boxes[box].height / 2
            }
            for (slot, edge) in arriving.enumerated() {
                routes[edge][routes[edge].count - 1].x = portX(box, boxes[box].width, slot, of: arriving.count)
                routes[edge][routes[edge].count - 1].y = centers[box].y - boxes[box].height / 2
            }
        }
    }

    private func portX(_ box: Int, _ width: Double, _ slot: Int, of count: Int) -> Double {
        let step = min(36, width * 0.8 / Double(max(1, count)))
        return centers[box].x + (Double(slot) - Double(count - 1) / 2) * step
    }
}

/// Boxes and waypoints in layers while they are being placed.
private struct LayerGraph {
    struct Node {
        let width: Double
        let height: Double
        var layer: Int
        var position = 0
        var x = 0.0
        var above: [Int] = []
        var below: [Int] = []
        var isWaypoint = false
    }

    var nodes: [Node]
    var layers: [[Int]] = []
    /// The nodes each edge runs through, its ends included.
    var chains: [[Int]] = []

    /// Few rounds have to do for a graph that nobody can read as a whole.
    private var isLarge: Bool { nodes.count > 2000 }

    init(boxes: [LayeredLayout.Size], edges: [(source: Int, target: Int)]) {
        nodes = boxes.map { Node(width: $0.width, height: $0.height, layer: 0) }
        let downward = edges.filter { $0.source < $0.target }
        for (source, target) in downward.sorted(by: { $0.target < $1.target }) {
            nodes[target].layer = max(nodes[target].layer, nodes[source].layer + 1)
        }
        // A source stands just above its first reader instead of at the top.
        for source in boxes.indices where !downward.contains(where: { $0.target == source }) {
            let readers = downward.filter { $0.source == source }.map { nodes[$0.target].layer }
            if let first = readers.min() { nodes[source].layer = first - 1 }
        }
        for (source, target) in edges {
            guard source < target else {
                chains.append([])
                continue
            }
            var chain = [source]
            var layer = nodes[source].layer + 1
            while layer < nodes[target].layer {
                nodes.append(Node(width: 6, height: 0, layer: layer, isWaypoint: true))
                chain.append(nodes.count - 1)
                layer += 1
            }
            chain.append(target)
            for (upper, lower) in zip(chain, chain.dropFirst()) {
                nodes[upper].below.append(lower)
                nodes[lower].above.append(upper)
            }
            chains.append(chain)
        }
        layers = Array(repeating: [], count: (nodes.map(\.layer).max() ?? 0) + 1)
        for node in nodes.indices { layers[nodes[node].layer].append(node) }
        renumber()
    }

    private mutating func renumber() {
        for layer in layers {
            for (position, node) in layer.enumerated() { nodes[node].position = position }
        }
    }

    /// Sweeps down and up, ordering each layer by the mean position of its neighbours; the best order is kept.
    mutating func reduceCrossings() {
        var best = layers
        var fewest = crossings()
        for sweep in 0..<(isLarge ? 4 : 24) where fewest > 0 {
            let goesDown = sweep % 2 == 0
            let order = goesDown ? Array(layers.indices.dropFirst()) : Array(layers.indices.dropLast().reversed())
            for layer in order {
                let keys = layers[layer].map { node in
                    let neighbours = goesDown ? nodes[node].above : nodes[node].below
                    let sum = neighbours.reduce(0.0) { $0 + Double(nodes[$1].position) }
                    return neighbours.isEmpty ? Double(nodes[node].position) : sum / Double(neighbours.count)
                }
                let sorted = layers[layer].indices.sorted { (keys[$0], $0) < (keys[$1], $1) }
                layers[layer] = sorted.map { layers[layer][$0] }
                for (position, node) in layers[layer].enumerated() { nodes[node].position = position }
            }
            let count = crossings()
            if count < fewest { (best, fewest) = (layers, count) }
        }
        layers = best
        renumber()
    }

    private func crossings() -> Int {
        var count = 0
        for layer in layers.dropLast() {
            var seen: [Int] = []
            for node in layer {
                let targets = nodes[node].below.map { nodes[$0].position }.sorted()
                for target in targets { count += seen.count - Self.upperBound(of: target, in: seen) }
                for target in targets { seen.insert(target, at: Self.upperBound(of: target, in: seen)) }
            }
        }
        return count
    }

    /// How many of the sorted numbers are not above `number`.
    private static func upperBound(of number: Int, in sorted: [Int]) -> Int {
        var (low, high) = (0, sorted.count)
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] <= number { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Moves each layer towards the mean of its neighbours, keeping order and gaps: coordinate descent on the sum of
    /// the squares of the edges' horizontal lengths.
    mutating func placeHorizontally() {
        for layer in layers { settle(layer, wishes: layer.map { _ in (place: 0, weight: 1) }) }
        for round in 0..<(isLarge ? 12 : 100) {
            let goesDown = round % 2 == 0
            for layer in goesDown ? layers : layers.reversed() {
                let (looksUp, looksDown) = (goesDown || round >= 8, !goesDown || round >= 8)
                settle(layer, wishes: layer.map { wish(of: $0, looksUp: looksUp, looksDown: looksDown) })
            }
        }
    }

    private func wish(of node: Int, looksUp: Bool, looksDown: Bool) -> (place: Double, weight: Double) {
        var (sum, weight) = (0.0, 0.0)
        for neighbour in (looksUp ? nodes[node].above : []) + (looksDown ? nodes[node].below : []) {
            let waypoints = (nodes[node].isWaypoint ? 1 : 0) + (nodes[neighbour].isWaypoint ? 1 : 0)
            let pull = [1.0, 2, 8][waypoints]
            sum += nodes[neighbour].x * pull
            weight += pull
        }
        return weight == 0 ? (nodes[node].x, 0.01) : (sum / weight, weight)
    }

    /// The places nearest to the wishes, by least squares, that keep the gaps: isotonic
    /// regression by pooling.
    private mutating func settle(_ layer: [Int], wishes: [(place: Double, weight: Double)]) {
        var offset = 0.0
        var offsets: [Double] = []
        var pools: [(sum: Double, weight: Double, count: Int)] = []
        for (index, node) in layer.enumerated() {
            if index > 0 {
                offset += (nodes[layer[index - 1]].width + nodes[node].width) / 2 + LayeredLayout.horizontalGap
            }
            offsets.append(offset)
            let wish = wishes[index]
            pools.append(((wish.place - offset) * wish.weight, wish.weight, 1))
            while pools.count > 1, let last = pools.last, let previous = pools.dropLast().last,
                previous.sum / previous.weight > last.sum / last.weight
            {
                pools.removeLast(2)
                pools.append(
                    (previous.sum + last.sum, previous.weight + last.weight, previous.count + last.count))
            }
        }
        var index = 0
        for pool in pools {
            for _ in 0..<pool.count {
                nodes[layer[index]].x = pool.sum / pool.weight + offsets[index]
                index += 1
            }
        }
    }
}
