"""What a transform consists of: its expansion by Beam, the outputs, and whether it can go batch by batch."""

from beamstack_worker.tasks import TaskError
from beamstack_worker.transforms_loading import refused

COLLECTION = "collection"
ELEMENTWISE = "elementwise"


class Expansion:
    """A transform applied to inputs.

    inputs: the collections that it reads; outputs: names and collections; steps: for elementwise transforms the
    `ParDo`s and `Flatten`s in an order in which each comes after what it reads; reason: why it is not elementwise.
    """

    def __init__(self, pipeline, inputs, outputs):
        self.pipeline = pipeline
        self.inputs = inputs
        self.outputs = outputs
        self.steps = []
        self.reason = None if inputs else "it reads no input"
        # What makes the inputs was applied first.
        for part in pipeline._root_transform().parts[len(inputs) :]:
            self._walk(part)

    @property
    def mode(self):
        """'elementwise' or 'collection'."""
        return COLLECTION if self.reason else ELEMENTWISE

    def _walk(self, node):
        from apache_beam.transforms.util import Reshuffle

        if isinstance(node.transform, Reshuffle):
            # It keeps the elements, their times and windows: what it shuffles for, workers, we have no use for here.
            self.steps.append(Step(node))
        elif node.parts:
            for part in node.parts:
                self._walk(part)
        elif node.is_composite():
            # It gives what it got.
            pass
        else:
            self.reason = self.reason or obstacle(node)
            self.steps.append(Step(node))


class Step:
    """A part of an expansion: a `ParDo`, or, where `transform` is `None`, what passes elements on."""

    def __init__(self, node):
        from apache_beam.transforms.core import ParDo

        self.label = node.full_label
        self.transform = node.transform if isinstance(node.transform, ParDo) else None
        self.inputs = list(node.main_inputs.values())
        self.outputs = dict(node.outputs)


def obstacle(node):
    """Why a part of a transform cannot go batch by batch; `None` if it can."""
    from apache_beam.runners.common import DoFnSignature
    from apache_beam.transforms.core import DoFn, Flatten, Impulse, ParDo, WindowInto

    transform = node.transform
    label = node.full_label.rpartition("/")[2]
    if isinstance(transform, Flatten):
        return None
    if isinstance(transform, Impulse):
        return f"'{_owner(node)}' makes a collection of its own"
    if isinstance(transform, WindowInto):
        return f"'{label}' assigns windows"
    if not isinstance(transform, ParDo):
        return f"{type(transform).__name__.lstrip('_')} must see the whole collection"
    if transform.side_inputs:
        return f"'{label}' has a side input"
    signature = DoFnSignature(transform.fn)
    if signature.is_stateful_dofn():
        return f"'{label}' keeps state for each key"
    if signature.is_splittable_dofn():
        return f"'{label}' splits its elements"
    if transform.fn._process_batch_defined:
        return f"'{label}' takes batches of Beam's own"
    finalizer = DoFn.BundleFinalizerParam
    if any(part is finalizer or isinstance(part, finalizer) for part in signature.process_method.defaults):
        return f"'{label}' waits for bundles to be committed"
    return None


def _owner(node):
    parent = node.full_label.rpartition("/")[0]
    return parent.rpartition("/")[2] or node.full_label


def expand(transform, pipeline, inputs, names):
    """Applies a transform to collections as Beam YAML does: none, one, or several by name."""
    import apache_beam as beam
    from apache_beam.transforms.fully_qualified_named_transform import FullyQualifiedNamedTransform

    if not inputs:
        argument = pipeline
    elif len(inputs) == 1:
        argument = inputs[0]
    else:
        argument = dict(zip(names, inputs))
    try:
        with FullyQualifiedNamedTransform.with_filter("*"):
            made = argument | transform
    except TaskError:
        raise
    except Exception as error:
        what = "without input" if not inputs else "to its input" if len(inputs) == 1 else "to its inputs"
        raise refused(error, f"the transform cannot be applied {what}", ["constructor"]) from None
    outputs = _named(made, beam)
    for name, collection in outputs:
        if not isinstance(collection, beam.PCollection):
            raise TaskError(
                "invalid-transform",
                f"the transform gives a value of type '{type(collection).__name__}'"
                + (f" as its output '{name}'" if name else "")
                + ", which is no collection",
                path=["constructor"],
                hint="it must return a PCollection, or a dictionary or tuple of them",
            )
    return Expansion(pipeline, inputs, outputs)


def _named(made, beam):
    """The outputs with the names that Beam YAML gives them."""
    if made is None or isinstance(made, beam.pvalue.PDone):
        return []
    if isinstance(made, beam.PCollection):
        return [("out", made)]
    if isinstance(made, dict):
        return [(str(name), collection) for name, collection in made.items()]
    if isinstance(made, beam.pvalue.DoOutputsTuple):
        tags = list(made._tags)
        if not _is_partition(made):
            tags = [made._main_tag] + [tag for tag in tags if tag != made._main_tag]
        return [("out" if tag is None else str(tag), made[tag]) for tag in tags]
    if isinstance(made, (tuple, list)):
        return [(f"out{index}", collection) for index, collection in enumerate(made)]
    return [("", made)]


def _is_partition(made):
    from apache_beam.transforms.core import Partition

    return isinstance(getattr(made._transform, "fn", None), Partition.ApplyPartitionFnFn)
