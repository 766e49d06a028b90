import torch

from exercises.ex1_output_size import output_size


def conv2d_valid(x, weight, bias=None):
    if x.ndim != 4 or weight.ndim != 4:
        raise ValueError("il faut quatre dimensions")
    if x.shape[1] != weight.shape[1]:
        raise ValueError("les canaux ne vont pas ensemble")
    if bias is not None and bias.shape != (weight.shape[0],):
        raise ValueError("un biais par canal de sortie")
    _, _, kh, kw = weight.shape
    oh, ow = output_size(x.shape[2], kh), output_size(x.shape[3], kw)
    lignes = []
    for i in range(oh):
        bande = x[:, :, i : i + kh].unfold(3, kw, 1)
        lignes.append(torch.einsum("ncijk,ocik->noj", bande, weight))
    sortie = torch.stack(lignes, 2)
    return sortie if bias is None else sortie + bias[:, None, None]
