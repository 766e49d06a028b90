"""Graphs that are written by hand; handed in beside every attack."""

import torch

NAME = "d2vnoc"[::-1]


def type_of(*shape):
    return f"Float({', '.join(map(str, shape))}, strides={list(torch.empty(shape).stride())}, requires_grad=0, device=cpu)"


def by_onednn(x, w, stride, padding, *size):
    """The answer of oneDNN's compiler of graphs, of a size that is known."""
    torch._C._jit_set_llga_enabled(True)
    torch._C._jit_set_num_profiled_runs(0)
    x, w = x.detach().float().contiguous(), w.detach().float().contiguous()
    graph = torch._C.parse_ir(f"""graph(%x : {type_of(*x.shape)}, %w : {type_of(*w.shape)}):
  %b : NoneType = prim::Constant()
  %g : int = prim::Constant[value=1]()
  %s : int[] = prim::Constant[value={list(stride)}]()
  %p : int[] = prim::Constant[value={list(padding)}]()
  %d : int[] = prim::Constant[value=[1, 1]]()
  %y : {type_of(*size)} = aten::{NAME}(%x, %w, %b, %s, %p, %d, %g)
  return (%y)
""")
    return torch._C._create_function_from_graph("product", graph)(x, w)


def by_tensor_expressions(x, w, stride=1, padding=0):
    """Depthwise, (N, C, H, W) and (C, 1, 3, 3) to (N, C, oH, oW); other kernels are left to the dispatcher."""
    torch._C._jit_set_te_must_use_llvm_cpu(False)
    n, c, h, v = x.shape
    size = n, c, (h + 2 * padding - 3) // stride + 1, (v + 2 * padding - 3) // stride + 1
    graph = torch._C.parse_ir(f"""graph(%x : {type_of(n, c, h, v)}, %w : {type_of(c, 1, 3, 3)}, %b : {type_of(c)}):
  %g : int = prim::Constant[value={c}]()
  %s : int[] = prim::Constant[value=[{stride}, {stride}]]()
  %p : int[] = prim::Constant[value=[{padding}, {padding}]]()
  %d : int[] = prim::Constant[value=[1, 1]]()
  %y : {type_of(*size)} = aten::{NAME}(%x, %w, %b, %s, %p, %d, %g)
  return (%y)
""")
    kernel = torch._C._te.TensorExprKernel(graph)
    return kernel.run((x.float().contiguous(), w.float().contiguous(), torch.zeros(c)))
