import DataModel

/// Chooses the kernels of a typed tree; what has none is interpreted.
struct KernelBuilder {
    let slotCount: Int

    func kernel(for node: TypedExpression) -> any Kernel {
        InterpretedKernel(node, slotCount: slotCount)
    }
}
