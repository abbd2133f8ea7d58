"""Trains a network with PyTorch. Two workers load the pictures and add noise. Prints the loss of each step, exactly."""
import torch
from torch.utils.data import DataLoader, Dataset


class Stripes(Dataset):
    """Noisy pictures of stripes in ten directions."""

    def __len__(self):
        return 640

    def __getitem__(self, number):
        label = number % 10
        angle = torch.tensor(label * torch.pi / 10)
        rows, columns = torch.meshgrid(torch.arange(16.), torch.arange(16.), indexing='ij')
        return (torch.sin(rows * angle.cos() + columns * angle.sin()) + torch.randn(16, 16)).unsqueeze(0), label


def main():
    torch.manual_seed(1)
    torch.use_deterministic_algorithms(True)
    model = torch.nn.Sequential(torch.nn.Conv2d(1, 8, 3), torch.nn.ReLU(), torch.nn.MaxPool2d(2), torch.nn.Dropout(), torch.nn.Flatten(),
                                torch.nn.Linear(8 * 7 * 7, 10))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    loader = DataLoader(Stripes(), batch_size=16, shuffle=True, num_workers=2)
    step = 0
    while True:
        for pictures, labels in loader:
            loss = torch.nn.functional.cross_entropy(model(pictures), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            step += 1
            print('step', step, loss.item().hex(), flush=True)
            if step % 20 == 0:
                torch.save({'step': step, 'model': model.state_dict()}, '/tmp/model.pt')


if __name__ == '__main__':
    main()
